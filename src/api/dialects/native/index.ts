/** Our own API: one route per operation, nothing in between. */
import { HeadgateError } from '../../../domain/error.ts';
import type { Json } from '../../../domain/json.ts';
import { perform } from '../../../operations/operation.ts';
import { authorization } from '../../credentials.ts';
import type { ApiDialect, ApiRequest, Exposed, Route } from '../../dialect.ts';
import { problem } from '../../problem.ts';
import { contentRoutes } from './content.ts';
import { runEvents } from './events.ts';
import { exposed } from './routes.ts';

export const native: ApiDialect = {
  name: 'native',
  document: '/openapi.json',
  bodyLimit: 10 * 1024 * 1024,
  credentials: authorization,
  routes: [
    ...exposed.map(routeOf),
    runEvents('/v1/workspaces/:workspace/runs/:run/events', workspace),
    ...contentRoutes(workspace),
  ],
  toError: problem,
};

function routeOf({ method, path, operation, status }: Exposed): Route {
  return {
    method,
    path,
    name: operation.name,
    summary: operation.summary,
    auth: 'key',
    scope: operation.scope,
    input: operation.input,
    replies: { [status]: status === 204 ? undefined : operation.output },
    workspace,
    async handle(context, request) {
      const output = await perform(operation, context, inputOf(request));
      // Outputs are checked by their schemas, which hold nothing but JSON.
      return status === 204 ? { status } : { status, headers: headersOf(output), body: output as Json };
    },
  };
}

/** Routes without a workspace in their path are about the key's own, or the first. */
function workspace({ params }: ApiRequest): number {
  const { workspace: text = '1' } = params;
  if (/^[1-9]\d{0,15}$/.test(text)) return Number(text);
  throw new HeadgateError('object.missing', 'there is no such workspace');
}

function inputOf({ params: { workspace: _workspace, ...params }, query, body, headers }: ApiRequest): unknown {
  if (body !== undefined && (typeof body !== 'object' || body === null || Array.isArray(body))) {
    throw new HeadgateError('request.invalid', 'the body is no JSON object');
  }
  const version = /^(?:W\/)?"(\d{1,9})"$/.exec(headers.get('if-match') ?? '')?.[1];
  return { ...query, ...body, ...params, ...(version !== undefined && { if_version: Number(version) }) };
}

/** The version of an object is its entity tag: `If-Match` with it refuses to write over what somebody else wrote. */
function headersOf(output: unknown): Record<string, string> {
  const version = typeof output === 'object' && output !== null && 'version' in output ? output.version : undefined;
  return typeof version === 'number' ? { etag: `"${version}"` } : {};
}
