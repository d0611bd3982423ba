/** What resources with an id of the client's own have alike: found by it, read, replaced, changed in parts, deleted. */
import type { ZodType } from 'zod';
import type { Json } from '../../../domain/json.ts';
import type { GuardedRoute, Incoming, RouteContext } from '../../dialect.ts';
import { defineRoute } from '../../route.ts';
import { changes, merged } from './fields.ts';
import { requireStored, type Kind, type Stored } from './objects.ts';

export type Finder<T> = (context: RouteContext, params: Incoming['params']) => Promise<Stored<T>>;

/** By the id that stands in the path as `param`. Throws `object.missing`. */
export const finder =
  <T>(kind: Kind, param: string): Finder<T> =>
  async (context, params) =>
    await requireStored<T>(context, kind, params[param] ?? '');

export interface Resource<T extends object> {
  /** Of one: `…/data-models/:model`. */
  readonly path: string;
  /** In front of the names of its routes. */
  readonly name: string;
  /** What summaries call one. */
  readonly title: string;
  /** Of its scopes. */
  readonly noun: 'connections' | 'pipelines';
  readonly resolve: Finder<T>;
  readonly view: ZodType;
  /** What PUT takes; `replace` checks all of it once the id is in it. Absent = there is no PUT. */
  readonly body?: ZodType<object>;
  /** Parts that PATCH merges key by key. */
  readonly nested?: readonly string[];
  /** The summary of its DELETE. */
  readonly removal: string;
  shown(context: RouteContext, found: Stored<T>): Json | Promise<Json>;
  /** With a whole body, not checked yet. Throws `request.invalid`. */
  replace(context: RouteContext, found: Stored<T>, sent: Readonly<Record<string, unknown>>): Promise<Json>;
  remove(context: RouteContext, found: Stored<T>): Promise<void>;
}

/** GET, PATCH and DELETE of one, and PUT where it has a body. */
export function resourceRoutes<T extends object>(resource: Resource<T>): readonly GuardedRoute[] {
  const { path, name, title, noun, resolve, view, body, nested, removal } = resource;
  const replies = { 200: view };
  const write = { path, auth: 'key', scope: `${noun}:write`, resolve } as const;
  const put =
    body &&
    defineRoute({
      ...write,
      method: 'PUT',
      name: `${name}.replace`,
      summary: `Replace a ${title}`,
      body,
      replies,
      handle: async (context, { found, body: sent }) => ({
        status: 200,
        body: await resource.replace(context, found, { id: found.id, ...sent }),
      }),
    });
  return [
    defineRoute({
      method: 'GET',
      path,
      name: `${name}.get`,
      summary: `Get a ${title}`,
      auth: 'key',
      scope: `${noun}:read`,
      resolve,
      replies,
      handle: async (context, { found }) => ({ status: 200, body: await resource.shown(context, found) }),
    }),
    ...(put ? [put] : []),
    defineRoute({
      ...write,
      method: 'PATCH',
      name: `${name}.update`,
      summary: `Change parts of a ${title}`,
      body: changes,
      replies,
      handle: async (context, { found, body: sent }) => ({
        status: 200,
        body: await resource.replace(context, found, merged(found.body, sent, nested)),
      }),
    }),
    defineRoute({
      ...write,
      method: 'DELETE',
      name: `${name}.delete`,
      summary: removal,
      replies: { 204: undefined },
      async handle(context, { found }) {
        await resource.remove(context, found);
        return { status: 204 };
      },
    }),
  ];
}
