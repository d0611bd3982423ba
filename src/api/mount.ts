/** A dialect on HTTP, always in this order: who asks, what about, the body, the work, the answer. */
import { randomUUID } from 'node:crypto';
import type { Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { asHeadgateError, HeadgateError } from '../domain/error.ts';
import { requireScope, type Ports } from '../operations/operation.ts';
import type { Answer, ApiDialect, ApiRequest, Identify, Route } from './dialect.ts';
import { idempotently } from './idempotency.ts';

export interface Mounting {
  readonly ports: Ports;
  readonly identify: Identify;
}

export function mount(app: Hono, dialect: ApiDialect, mounting: Mounting): void {
  const limit = bodyLimit({
    maxSize: dialect.bodyLimit,
    onError: (c) => {
      const error = new HeadgateError(
        'request.invalid',
        `the body is larger than ${dialect.bodyLimit.toLocaleString('en')} bytes`,
      );
      return respond(dialect.toError(error, requestIdOf(c)), requestIdOf(c));
    },
  });
  for (const route of dialect.routes) {
    app.on(route.method, [route.path], limit, async (c) => {
      const id = requestIdOf(c);
      try {
        return respond(await serve(c, route, dialect, mounting), id);
      } catch (error) {
        return respond(dialect.toError(asHeadgateError(error, `answering ${route.name}`), id), id);
      }
    });
  }
}

async function serve(c: Context, route: Route, dialect: ApiDialect, { ports, identify }: Mounting): Promise<Answer> {
  const request = async (): Promise<ApiRequest> => ({
    params: c.req.param() as Readonly<Record<string, string>>, // by the path of the route
    query: c.req.query(),
    headers: c.req.raw.headers,
    body: await bodyOf(c),
  });
  if (route.auth === 'none') return await route.handle(await request());
  const credentials = dialect.credentials(c.req.raw.headers);
  if (!credentials) throw new HeadgateError('access.key', 'no key was sent');
  const actor = await identify(credentials);
  requireScope(actor, route.scope);
  const asked = await request();
  const workspace = route.workspace(asked);
  // One answer for a workspace that is not there and for one that is not theirs.
  const own = actor.workspace === undefined || actor.workspace === workspace;
  if (!own || !(await exists(ports, workspace))) throw new HeadgateError('object.missing', 'there is no such workspace');
  const context = { ...ports, actor, workspace, signal: c.req.raw.signal };
  const handle = async (): Promise<Answer> => await route.handle(context, asked);
  const key = route.method === 'POST' ? c.req.header('idempotency-key') : undefined;
  return key === undefined ? await handle() : await idempotently(context, route.name, key, asked, handle);
}

async function exists({ db }: Ports, workspace: number): Promise<boolean> {
  const rows = await db.query('select from headgate.workspaces where id = $1 and archived_at is null', [workspace]);
  return rows.length > 0;
}

/** Throws `request.invalid` for what is no JSON. */
async function bodyOf(c: Context): Promise<unknown> {
  if (c.req.method === 'GET' || c.req.method === 'DELETE') return undefined;
  const text = await c.req.text();
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new HeadgateError('request.invalid', 'the body is no JSON');
  }
}

/** The caller's own, where it is a sane one: so that both sides' logs can be laid side by side. */
function requestIdOf(c: Context): string {
  const known = c.get('requestId') as string | undefined;
  if (known !== undefined) return known;
  const given = c.req.header('x-request-id');
  const id = given !== undefined && /^[\w-]{1,64}$/.test(given) ? given : `req_${randomUUID().replaceAll('-', '')}`;
  c.set('requestId', id);
  return id;
}

function respond({ status, headers = {}, body }: Answer, requestId: string): Response {
  const all = { 'x-request-id': requestId, 'cache-control': 'no-store', ...headers };
  if (body === undefined) return new Response(null, { status, headers: all });
  if (body instanceof ReadableStream) return new Response(body, { status, headers: all });
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...all } });
}
