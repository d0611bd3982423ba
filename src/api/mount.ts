/** A dialect on HTTP, always in this order: who asks, what about, the body, the work, the answer. */
import { randomUUID } from 'node:crypto';
import type { Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { asHeadgateError, HeadgateError } from '../domain/error.ts';
import { requireScope, type Actor, type Ports } from '../operations/operation.ts';
import { within } from '../operations/patience.ts';
import type { Metrics } from '../observe/metrics.ts';
import { findWorkspaceLimit } from '../store/workspaces.ts';
import { audited, auditRefusal, type Attempt } from './audit.ts';
import type { Answer, ApiDialect, ApiRequest, Identify, Route } from './dialect.ts';
import { idempotently } from './idempotency.ts';
import type { RateLimit, Taken } from './rate.ts';
import { forBrowsers, preflight, signerOf } from './signed.ts';
import type { RequestCount } from './requests.ts';
import { requireText } from './text.ts';

/** Milliseconds that the body of a request may take; bytes that are stored have a rule of their own. */
const patience = 60_000;

export interface Mounting {
  readonly ports: Ports;
  readonly identify: Identify;
  readonly metrics: Metrics;
  /** Requests of one key. */
  readonly rate: RateLimit;
  /** Requests of one workspace, by whatever keys: how many it may send is its own limit. */
  readonly tenants: RateLimit;
  readonly requests: RequestCount;
  /** Wrong keys from one address: nobody guesses many. */
  readonly strangers: RateLimit;
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
    const cors = route.auth === 'signed' ? forBrowsers : {};
    if (route.auth === 'signed') app.options(route.path, () => respond({ status: 204, headers: preflight }, '', cors));
    // Bytes are counted by who stores them.
    const limited = route.takes === 'bytes' ? [] : [limit];
    app.on(route.method, [route.path], ...limited, async (c) => {
      const id = requestIdOf(c);
      const begun = performance.now();
      const answer = await serve(c, route, dialect, mounting).catch((error: unknown) =>
        dialect.toError(asHeadgateError(error, `answering ${route.name}`), id),
      );
      mounting.metrics.answered(dialect.name, route.name, answer.status, (performance.now() - begun) / 1000);
      // Whoever is refused may still be sending: what follows on this connection would not be read.
      const last = route.takes === 'bytes' && answer.status >= 400 ? { connection: 'close' } : {};
      return respond(answer, id, { ...rateHeaders(c), ...cors, ...last });
    });
  }
}

async function serve(c: Context, route: Route, dialect: ApiDialect, mounting: Mounting): Promise<Answer> {
  const { ports, rate } = mounting;
  if (route.auth === 'none') return await route.handle(await requestOf(c, route));
  const actor =
    route.auth === 'signed'
      ? await signerOf({ method: route.method, url: c.req.url }, ports)
      : await actorOf(c, dialect, mounting);
  const taken = rate.take(actor.id);
  c.set('rate', { limit: rate.perMinute, ...taken });
  if (!taken.allowed) throw new HeadgateError('request.limit', 'this key has sent too many requests');
  const attempt: Attempt = { db: ports.db, route, actor, ip: ipOf(c), requestId: requestIdOf(c) };
  const { asked, workspace } = await admitted(c, attempt, mounting);
  const context = { ...ports, actor, workspace, signal: c.req.raw.signal };
  const handle = async (): Promise<Answer> =>
    await audited(
      { ...attempt, workspace },
      asked,
      async (changed) => await route.handle({ ...context, ...(changed && { changed }) }, asked),
    );
  const key = route.method === 'POST' ? c.req.header('idempotency-key') : undefined;
  return key === undefined ? await handle() : await idempotently(context, route.name, key, asked, handle);
}

/** Throws `access.key`, and `request.limit` for an address that has tried too many. */
async function actorOf(c: Context, dialect: ApiDialect, { identify, strangers }: Mounting): Promise<Actor> {
  const ip = ipOf(c);
  if (ip !== null && !strangers.peek(ip).allowed) throw new HeadgateError('request.limit', 'too many keys that are not valid');
  try {
    const credentials = dialect.credentials(c.req.raw.headers);
    if (!credentials) throw new HeadgateError('access.key', 'no key was sent');
    return await identify(credentials);
  } catch (error) {
    if (ip !== null && error instanceof HeadgateError && error.code === 'access.key') strangers.take(ip);
    throw error;
  }
}

/** The request, where this key may make it in a workspace that is there. */
async function admitted(
  c: Context,
  attempt: Attempt,
  { ports, tenants, requests }: Mounting,
): Promise<{ readonly asked: ApiRequest; readonly workspace: number }> {
  const { route, actor } = attempt;
  try {
    requireScope(actor, route.scope);
    const asked = await requestOf(c, route);
    const workspace = route.workspace(asked);
    // One answer for a workspace that is not there and for one that is not theirs.
    const own = actor.workspace === undefined || actor.workspace === workspace;
    const found = own ? await findWorkspaceLimit(ports.db, workspace) : undefined;
    if (!found) throw new HeadgateError('object.missing', 'there is no such workspace');
    requests.add(workspace);
    const most = found.requests_a_minute;
    if (most !== null) {
      const taken = tenants.take(String(workspace), performance.now(), most);
      if (!taken.allowed) {
        c.set('rate', { limit: most, ...taken });
        throw new HeadgateError('request.limit', 'the keys of this workspace have sent too many requests');
      }
    }
    return { asked, workspace };
  } catch (error) {
    await auditRefusal(attempt, error);
    throw error;
  }
}

/** Throws `request.invalid`. */
async function requestOf(c: Context, { takes }: Route): Promise<ApiRequest> {
  const params = c.req.param() as Readonly<Record<string, string>>; // by the path of the route
  const body = takes === 'bytes' ? undefined : await bodyOf(c);
  const bytes = takes === 'bytes' ? { bytes: c.req.raw.body ?? nothing() } : {};
  const head = c.req.method === 'HEAD';
  const request = { params, query: c.req.query(), headers: c.req.raw.headers, body, head, ...bytes };
  for (const part of [request.params, request.query, request.body]) requireText(part);
  return request;
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** Of whoever holds the other end of the socket; null = there is no socket. A header would be anybody's word. */
function ipOf(c: Context): string | null {
  const env: unknown = c.env;
  if (typeof env !== 'object' || env === null || !('incoming' in env)) return null;
  const { socket } = env.incoming as { readonly socket?: { readonly remoteAddress?: string } }; // the server's own request
  return socket?.remoteAddress ?? null;
}

interface Rate extends Taken {
  readonly limit: number;
}

function rateHeaders(c: Context): Readonly<Record<string, string>> {
  const rate = c.get('rate') as Rate | undefined; // set above
  if (!rate) return {};
  const headers = {
    'ratelimit-limit': String(rate.limit),
    'ratelimit-remaining': String(rate.remaining),
    'ratelimit-reset': String(rate.retryAfter),
  };
  return rate.allowed ? headers : { ...headers, 'retry-after': String(rate.retryAfter) };
}

/** Throws `request.invalid` for what is no JSON. */
async function bodyOf(c: Context): Promise<unknown> {
  if (['GET', 'HEAD', 'DELETE'].includes(c.req.method)) return undefined;
  const late = (): HeadgateError => new HeadgateError('request.invalid', 'the body does not come to its end');
  const text = await within(patience, c.req.text(), late);
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new HeadgateError('request.invalid', 'the body is no JSON');
  }
}

/** The caller's own, where it is a sane one: so that both sides' logs can be laid side by side. */
export function requestIdOf(c: Context): string {
  const known = c.get('requestId') as string | undefined;
  if (known !== undefined) return known;
  const given = c.req.header('x-request-id');
  const id = given !== undefined && /^[\w-]{1,64}$/.test(given) ? given : `req_${randomUUID().replaceAll('-', '')}`;
  c.set('requestId', id);
  return id;
}

export function respond({ status, headers = {}, body }: Answer, requestId: string, more: object = {}): Response {
  const all = {
    'x-request-id': requestId,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
    ...more,
  };
  if (body === undefined) return new Response(null, { status, headers: all });
  if (body instanceof ReadableStream) return new Response(body, { status, headers: all });
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...all } });
}
