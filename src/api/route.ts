/**
 * How dialects write their routes: what the path names is found first, then the query and the body are checked, then the
 * work is done, and the answer is checked before it leaves. 404 before 400, whatever the body holds.
 */
import type { ZodType } from 'zod';
import type { Json } from '../domain/json.ts';
import { InvalidInput, type Scope } from '../operations/operation.ts';
import type { Answer, Documented, GuardedRoute, Incoming, Method, RouteContext } from './dialect.ts';
import { step } from './refusal.ts';
import { requireText } from './text.ts';

/** A request whose parts have been found and checked. */
export interface Asked<Found, Query, Body> extends Pick<Incoming, 'params' | 'url' | 'headers' | 'requestId' | 'bytes'> {
  readonly found: Found;
  readonly query: Query;
  readonly body: Body;
}

interface RouteSpec<Found, Query, Body> {
  readonly method: Method;
  readonly path: string;
  readonly also?: readonly string[];
  readonly name: string;
  readonly summary: string;
  readonly auth: 'key' | 'signed';
  readonly scope: Scope;
  /** The objects that the path names; throws `object.missing`. */
  resolve?(context: RouteContext, params: Incoming['params']): Promise<Found>;
  /** Of an object: repeated names and `name[]` are arrays, others texts. Absent = the query is not looked at. */
  readonly query?: ZodType<Query>;
  /** Of the JSON body, undefined where there is none. Absent = a body is not read, whatever it holds. */
  readonly body?: ZodType<Body>;
  /** How the body is read; absent = as JSON. */
  readonly parse?: (text: string) => unknown;
  /** Of names in the path that are no plain text: for documents. */
  readonly params?: ZodType;
  /** What the query and the body mean before they are checked, where clients may write both in several ways. */
  readonly spelled?: (value: unknown, part: 'query' | 'body') => unknown;
  /** What documents say of the answers, where that differs. */
  readonly declared?: Documented['replies'];
  /** Status → schema of the body; undefined = none. What the schema does not know never leaves the house. */
  readonly replies: Readonly<Record<number, ZodType | undefined>>;
  readonly streams?: string;
  readonly uploads?: string;
  handle(context: RouteContext, asked: Asked<Found, Query, Body>): Promise<Answer>;
}

export function defineRoute<Found = undefined, Query = undefined, Body = undefined>(
  spec: RouteSpec<Found, Query, Body>,
): GuardedRoute {
  const { method, path, also, name, summary, auth, scope, query, body, replies, streams, uploads, params } = spec;
  const { spelled = (value: unknown) => value, declared = replies } = spec;
  return {
    method,
    path,
    name,
    summary,
    auth,
    scope,
    ...(also && { also }),
    documented: {
      replies: declared,
      ...(params && { params }),
      ...(query && { query }),
      ...(body && { body }),
      ...(streams !== undefined && { streams }),
      ...(uploads !== undefined && { uploads }),
    },
    async handle(context, request) {
      const doing = `answering ${name}`;
      // Without its finder a route has nothing to find: the type says undefined.
      const found = await step('object', doing, async () => (await spec.resolve?.(context, request.params)) as Found);
      const asked = await step(
        'query',
        doing,
        async () => await checked(name, query, () => spelled(searched(request.url), 'query')),
      );
      const sent = await step(
        'body',
        doing,
        async () => await checked(name, body, async () => spelled(await request.json(spec.parse), 'body')),
      );
      const { params, url, headers, requestId, bytes } = request;
      const answer = await step(
        'work',
        doing,
        async () => await spec.handle(context, { params, url, headers, requestId, bytes, found, query: asked, body: sent }),
      );
      return await step('answer', doing, () => checkedAnswer(answer, replies));
    },
  };
}

/** Throws InvalidInput. */
async function checked<T>(name: string, schema: ZodType<T> | undefined, read: () => unknown): Promise<T> {
  // Without a schema nothing is read: the type of what it would be is undefined.
  if (!schema) return undefined as T;
  const parsed = schema.safeParse(await read());
  if (parsed.success) return parsed.data;
  throw new InvalidInput(name, parsed.error.issues);
}

function searched({ searchParams }: URL): unknown {
  const query = queryOf(searchParams);
  requireText(query);
  return query;
}

/** `?a=1&b[]=2&b[]=3` is `{a: '1', b: ['2', '3']}`. Pure. */
export function queryOf(search: URLSearchParams): Readonly<Record<string, string | readonly string[]>> {
  const names = [...new Set(search.keys())];
  return Object.fromEntries(
    names.map((name) => {
      const values = search.getAll(name);
      const listed = name.endsWith('[]');
      return [listed ? name.slice(0, -2) : name, listed || values.length > 1 ? values : (values[0] ?? '')];
    }),
  );
}

/** Throws where the answer is not what the route says: our mistake, not the client's. */
function checkedAnswer(answer: Answer, replies: RouteSpec<unknown, unknown, unknown>['replies']): Answer {
  const schema = replies[answer.status];
  // Answers to mistakes are the dialect's own.
  if (answer.status >= 400 && !schema) return answer;
  if (!(answer.status in replies)) throw new Error(`an answer ${answer.status} that is not in the table`);
  if (!schema || answer.body instanceof ReadableStream) {
    if (!schema && answer.body !== undefined) throw new Error(`an answer ${answer.status} with a body that is not in the table`);
    return answer;
  }
  // Schemas of answers hold nothing but JSON.
  return { ...answer, body: schema.parse(answer.body) as Json };
}
