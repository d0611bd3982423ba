/** A dialect on HTTP, always in this order: who asks, how often, with what scope, about which workspace; then its route. */
import { randomUUID } from 'node:crypto';
import type { Context, Hono } from 'hono';
import { asHeadgateError, HeadgateError } from '../domain/error.ts';
import { requireScope, type Actor, type OpContext, type Ports } from '../operations/operation.ts';
import { causeOf } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import { deadLink, openLink } from '../operations/links.ts';
import { ahead } from '../operations/turns.ts';
import type { Watch } from '../observe/watch.ts';
import type { WorkspaceLimit } from '../store/workspaces.ts';
import { audited, auditRefusal, type Attempt } from './audit.ts';
import type { Answer, ApiDialect, GuardedRoute, Incoming, Route, RouteContext } from './dialect.ts';
import { externalObjects } from './external.ts';
import { renewActor, type Identify } from './identify.ts';
import { idempotently } from './idempotency.ts';
import { incomingOf } from './incoming.ts';
import { shortcutOf, type Shortcut } from './shortcut.ts';
import { byPrecision, methodsAt, pathsOf } from './match.ts';
import type { RateLimit, Taken } from './rate.ts';
import { Refused, step, type Refusal } from './refusal.ts';
import type { RequestCount } from './requests.ts';
import { isText } from './text.ts';

export interface Mounting {
  readonly ports: Ports;
  readonly identify: Identify;
  readonly metrics: Metrics;
  readonly watch: Watch;
  /** Requests of one key. */
  readonly rate: RateLimit;
  /** Requests of one workspace, by whatever keys: how many it may send is its own limit. */
  readonly tenants: RateLimit;
  /** Undefined where there is no such workspace. */
  limitOf(workspace: number): Promise<WorkspaceLimit | undefined>;
  readonly requests: RequestCount;
  /** Wrong keys from one address: nobody guesses many. */
  readonly strangers: RateLimit;
}

/** A link works from whatever page it was put into: it carries no cookie, and nothing of its maker. */
const forBrowsers: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers':
    'accept-ranges, content-disposition, content-length, content-range, etag, retry-after, x-request-id',
};

const preflight: Readonly<Record<string, string>> = {
  ...forBrowsers,
  'access-control-allow-methods': 'GET, HEAD, PUT, POST',
  'access-control-allow-headers': 'content-type, content-digest, content-md5, if-range, range, x-request-id',
  'access-control-max-age': '600',
};

export function mount(app: Hono, dialect: ApiDialect, mounting: Mounting): void {
  for (const route of byPrecision(dialect.routes)) {
    if (route.auth === 'signed') {
      for (const path of pathsOf(route)) app.options(path, (c) => respond(c, dialect, { status: 204, headers: preflight }));
    }
    app.on(route.method, [...pathsOf(route)], async (c) => {
      const begun = performance.now();
      const facts = { request: requestIdOf(c), route: route.name, dialect: dialect.name };
      const served = async (): Promise<Answer> =>
        await serve(c, route, dialect, mounting).catch((error: unknown) =>
          failed(refusalOf(c, route.name, error), dialect, mounting),
        );
      const moves = (route.documented.uploads ?? route.documented.streams) !== undefined;
      const work = moves ? served : async (): Promise<Answer> => await ahead(served);
      const answer = await mounting.watch.traces.span(`${route.method} ${route.path}`, facts, work, c.req.header('traceparent'));
      const seconds = (performance.now() - begun) / 1000;
      mounting.metrics.answered(dialect.name, route.name, answer.status, seconds);
      const more = { workspace: c.req.param('workspace'), status: answer.status, ms: Math.round(seconds * 1000) };
      mounting.watch.log.say('debug', 'answered', { ...facts, ...more });
      // Whoever is refused may still be sending: what follows on this connection would not be read.
      const last = route.documented.uploads !== undefined && answer.status >= 400 ? { connection: 'close' } : {};
      const headers = { ...(route.auth === 'signed' && forBrowsers), ...last, ...answer.headers };
      return respond(c, dialect, { ...answer, headers });
    });
  }
}

/** What we did wrong ourselves stands in our log. */
function failed(refusal: Refusal, dialect: ApiDialect, { watch }: Mounting): Answer {
  const answer = dialect.toError(refusal);
  const { error, requestId: request } = refusal;
  if (answer.status >= 500) watch.log.say('error', error.message, { request, code: error.code, ...causeOf(error) });
  return answer;
}

/** Below the paths of a dialect even nothing answers in its words. */
export function nothingAt(c: Context, dialect: ApiDialect): Response {
  const allow = methodsAt(dialect.routes, c.req.path);
  const [at, error] =
    allow.length === 0
      ? (['path', new HeadgateError('object.missing', 'there is nothing at this address')] as const)
      : (['method', new HeadgateError('request.method', `this address knows ${allow.join(', ')}`)] as const);
  const answer = dialect.toError({ at, error, requestId: requestIdOf(c), ...(at === 'method' && { allow }) });
  const headers = { ...answer.headers, ...(at === 'method' && { allow: allow.join(', ') }) };
  return respond(c, dialect, { ...answer, headers });
}

async function serve(c: Context, route: Route, dialect: ApiDialect, mounting: Mounting): Promise<Answer> {
  const { ports, rate } = mounting;
  const shortcut = route.documented.uploads === undefined ? undefined : shortcutOf(c.env);
  const request = requestOf(c, dialect, ports, shortcut?.body);
  if (route.auth === 'none') {
    const open = { ...ports, signal: c.req.raw.signal };
    return await watched(c, mounting, async () => await step('work', route.name, () => route.handle(open, request)));
  }
  const actor =
    route.auth === 'signed'
      ? await step('link', 'opening the link', async () => await byLink(c, route, ports, request))
      : await watched(c, mounting, async () => await actorOf(request, dialect, mounting));
  const taken = rate.take(actor.id);
  c.set('rate', { limit: rate.perMinute, ...taken });
  if (!taken.allowed) throw new Refused('rate', new HeadgateError('request.limit', 'this key has sent too many requests'));
  const attempt: Attempt = { db: ports.db, route, actor, ip: ipOf(c, ports), requestId: requestIdOf(c) };
  const workspace = await admitted(c, attempt, request, dialect, mounting);
  const context: OpContext = { ...ports, actor, workspace, signal: shortcut?.signal ?? c.req.raw.signal };
  const work = async (changed?: OpContext['changed']): Promise<Answer> =>
    await step('work', route.name, () => {
      return route.handle(contextOf({ ...context, ...(changed && { changed }) }, dialect.name), request);
    });
  const logged = async (): Promise<Answer> => await audited({ ...attempt, workspace }, request, work);
  // Nobody keeps a stream: who asks again gets another one.
  const kept = route.method === 'POST' && !route.documented.uploads && !route.documented.streams;
  const key = kept ? request.headers.get('idempotency-key') : null;
  if (key === null) return await logged();
  return await step('work', route.name, () => idempotently(context, route.name, key, request, logged));
}

/** What routes of a dialect are given. */
export function contextOf(context: OpContext, dialect: string): RouteContext {
  const { db, workspace } = context;
  return {
    ...context,
    objects: externalObjects(db, { dialect, workspace }),
    tx: async (work) => await db.tx(async (tx) => await work(contextOf({ ...context, db: tx }, dialect))),
  };
}

/** Counts keys that are not valid by the address they come from. */
async function watched<T>(c: Context, { ports, strangers }: Mounting, work: () => Promise<T>): Promise<T> {
  const ip = ipOf(c, ports);
  if (ip !== null && !strangers.peek(ip).allowed)
    throw new Refused('rate', new HeadgateError('request.limit', 'too many keys that are not valid'));
  try {
    return await work();
  } catch (error) {
    const cause = error instanceof Refused ? error.error : error;
    if (ip !== null && cause instanceof HeadgateError && cause.code === 'access.key') strangers.take(ip);
    throw error;
  }
}

/** Throws `access.key`. */
async function actorOf({ headers, url }: Incoming, dialect: ApiDialect, { identify }: Mounting): Promise<Actor> {
  return await step('key', 'looking at the key', async () => {
    const credentials = dialect.credentials(headers, url);
    if (!credentials) throw new HeadgateError('access.key', 'no key was sent');
    return await identify(credentials);
  });
}

/** Throws `access.link`, also where the key that made it is dead. What a link may do is what its route does. */
async function byLink(c: Context, { method, scope }: GuardedRoute, ports: Ports, { url }: Incoming): Promise<Actor> {
  const { by, workspace } = openLink(ports, method, c.req.path, url.searchParams);
  const actor = await renewActor(ports, { id: by }).catch((error: unknown) => {
    throw error instanceof HeadgateError && error.code === 'access.key' ? deadLink() : error;
  });
  return { ...actor, workspace, scopes: [scope] };
}

/** The workspace, where this key may ask this about it, and not too often. */
async function admitted(
  c: Context,
  attempt: Attempt,
  request: Incoming,
  dialect: ApiDialect,
  mounting: Mounting,
): Promise<number> {
  const { route, actor } = attempt;
  try {
    await step('scope', 'looking at the scopes', () => requireScope(actor, route.scope));
    const { workspace, most } = await step('workspace', 'looking for the workspace', async () => {
      const wanted = route.auth === 'signed' ? (actor.workspace ?? 0) : dialect.workspace(request.params, actor);
      // One answer for a workspace that is not there and for one that is not theirs.
      const own = actor.workspace === undefined || actor.workspace === wanted;
      const found = own ? await mounting.limitOf(wanted) : undefined;
      if (!found) throw new HeadgateError('object.missing', 'there is no such workspace');
      return { workspace: wanted, most: found.requests_a_minute };
    });
    requireRoom(c, workspace, most, mounting);
    await step('object', 'reading the address', () => requireNames(request.params));
    return workspace;
  } catch (error) {
    await auditRefusal(attempt, error);
    throw error;
  }
}

/** `most`: requests a minute of all keys of the workspace; null = only those of each key are limited. */
function requireRoom(c: Context, workspace: number, most: number | null, { requests, tenants }: Mounting): void {
  requests.add(workspace);
  if (most === null) return;
  const taken = tenants.take(String(workspace), most);
  if (taken.allowed) return;
  c.set('rate', { limit: most, ...taken });
  throw new Refused('rate', new HeadgateError('request.limit', 'the keys of this workspace have sent too many requests'));
}

/** Throws `object.missing` for names that nothing can have. */
function requireNames(params: Incoming['params']): void {
  if (!Object.values(params).every(isText)) throw new HeadgateError('object.missing', 'there is nothing with such a name');
}

function requestOf(c: Context, { bodyLimit: limit }: ApiDialect, { publicUrl }: Ports, body?: Shortcut['body']): Incoming {
  const params = c.req.param() as Readonly<Record<string, string>>; // by the path of the route
  return incomingOf(c.req.raw, params, { limit, requestId: requestIdOf(c), origin: publicUrl, body });
}

/** Null = there is no socket. */
function ipOf(c: Context, { clientOf }: Ports): string | null {
  const env: unknown = c.env;
  if (typeof env !== 'object' || env === null || !('incoming' in env)) return null;
  const { socket } = env.incoming as { readonly socket?: { readonly remoteAddress?: string } }; // the server's own request
  const remote = socket?.remoteAddress;
  if (remote === undefined) return null;
  return clientOf?.(remote, c.req.header('x-forwarded-for')) ?? remote;
}

interface Rate extends Taken {
  readonly limit: number;
}

const rateOf = (c: Context): Rate | undefined => c.get('rate') as Rate | undefined; // set above

function refusalOf(c: Context, route: string, thrown: unknown): Refusal {
  const { at, error } = thrown instanceof Refused ? thrown : { at: 'work' as const, error: asHeadgateError(thrown, route) };
  const own = thrown instanceof Refused ? thrown.retryAfter : undefined;
  const retryAfter = own ?? rateOf(c)?.retryAfter ?? 1;
  return { at, error, requestId: requestIdOf(c), route, ...(at === 'rate' && { retryAfter: Math.max(1, retryAfter) }) };
}

function rateHeaders(c: Context): Readonly<Record<string, string>> {
  const rate = rateOf(c);
  if (!rate) return {};
  const headers = {
    'ratelimit-limit': String(rate.limit),
    'ratelimit-remaining': String(rate.remaining),
    'ratelimit-reset': String(rate.retryAfter),
  };
  return rate.allowed ? headers : { ...headers, 'retry-after': String(rate.retryAfter) };
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

export function respond(c: Context, dialect: Pick<ApiDialect, 'headers'>, { status, headers = {}, body }: Answer): Response {
  const all = {
    'x-request-id': requestIdOf(c),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...rateHeaders(c),
    ...dialect.headers,
    ...headers,
  };
  if (body === undefined) return new Response(null, { status, headers: all });
  if (body instanceof ReadableStream) return new Response(body, { status, headers: all });
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...all } });
}
