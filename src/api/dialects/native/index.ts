/** Our own API: one route per operation, nothing in between. */
import { HeadgateError } from '../../../domain/error.ts';
import { idPrefixes } from '../../../domain/ids.ts';
import type { Json } from '../../../domain/json.ts';
import { perform, type Actor } from '../../../operations/operation.ts';
import { authorization } from '../../credentials.ts';
import type { ApiDialect, GuardedRoute, Incoming } from '../../dialect.ts';
import { plainPath } from '../../match.ts';
import { problem } from '../../problem.ts';
import { queryOf } from '../../route.ts';
import { requireText } from '../../text.ts';
import { backupRoute } from './backup.ts';
import { runEvents } from './events.ts';
import { exposed, type Exposed } from './routes.ts';
import { exchange } from './token.ts';

export const native: ApiDialect = {
  name: 'native',
  title: 'Headgate API',
  document: { path: '/openapi.json', form: 'openapi-3.1', auth: 'none' },
  prefixes: ['/v1'],
  bodyLimit: 10 * 1024 * 1024,
  credentials: authorization,
  workspace,
  routes: [...exposed.map(routeOf), runEvents, exchange, backupRoute],
  toError: problem,
};

/** Operations check their input and their output themselves. */
function routeOf({ method, path, operation, status }: Exposed): GuardedRoute {
  const { name, summary, scope, input, output } = operation;
  return {
    method,
    path,
    name,
    summary,
    auth: 'key',
    scope,
    documented: { input, replies: { [status]: status === 204 ? undefined : output } },
    async handle(context, request) {
      const answer = await perform(operation, context, await inputOf(request, method));
      // Outputs are checked by their schemas, which hold nothing but JSON.
      return status === 204 ? { status } : { status, headers: headersOf(answer, status, request), body: answer as Json };
    },
  };
}

/** Routes without a workspace in their path are about the key's own, or the first. */
function workspace({ workspace: text }: Incoming['params'], actor: Actor): number {
  if (text === undefined) return actor.workspace ?? 1;
  if (/^[1-9]\d{0,15}$/.test(text)) return Number(text);
  throw new HeadgateError('object.missing', 'there is no such workspace');
}

async function inputOf(request: Incoming, method: GuardedRoute['method']): Promise<unknown> {
  const { workspace: _workspace, ...params } = request.params;
  const query = queryOf(request.url.searchParams);
  requireText(query);
  const body = method === 'GET' || method === 'DELETE' ? undefined : await request.json();
  if (body !== undefined && (typeof body !== 'object' || body === null || Array.isArray(body))) {
    throw new HeadgateError('request.invalid', 'the body is no JSON object');
  }
  const match = request.headers.get('if-match');
  const version = /^(?:W\/)?"(\d{1,9})"$/.exec(match ?? '')?.[1];
  // A tag that is none of ours matches no version.
  if (match !== null && match !== '*' && version === undefined)
    throw new HeadgateError('object.changed', 'If-Match holds no entity tag of this object');
  return { ...query, ...body, ...params, ...(version !== undefined && { if_version: Number(version) }) };
}

/**
 * The version of an object is its entity tag: `If-Match` with it refuses to write over what somebody else wrote. What was made, and a
 * run that was begun, has an address.
 */
function headersOf(output: unknown, status: number, { params, url }: Incoming): Record<string, string> {
  const { version, id } = (typeof output === 'object' && output !== null ? output : {}) as { version?: unknown; id?: unknown }; // of any object
  const run = typeof id === 'string' && id.startsWith(`${idPrefixes.run}_`);
  const made = typeof id === 'string' || typeof id === 'number';
  return {
    ...(typeof version === 'number' && { etag: `"${version}"` }),
    ...(status === 201 && made && { location: `${plainPath(url.href)}/${id}` }),
    ...(status === 202 && run && { location: `/v1/workspaces/${params['workspace']}/runs/${id}`, 'retry-after': '1' }),
  };
}
