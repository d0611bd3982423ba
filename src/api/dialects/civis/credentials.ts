/** Routes of credentials. */
import { z } from 'zod';
import type { GuardedRoute, Incoming, RouteContext } from '../../dialect.ts';
import {
  deleteCredential,
  findCredential,
  insertCredential,
  listCredentials,
  updateCredential,
  type Credential,
} from './credential.ts';
import { listHosts } from './hosts.ts';
import { principalByNumber, users } from './people.ts';
import { missing, numberIn, route } from './route.ts';
import { followCredential } from './storage-host.ts';
import { user } from './shapes.ts';
import { commaList, flag, id, pageOf, paging, sorted, whole } from './wire.ts';

const view = z.object({
  id: z.number().int(),
  name: z.string(),
  type: z.string(),
  username: z.string(),
  description: z.string().nullable(),
  owner: z.string(),
  user,
  remoteHostId: z.number().int().nullable(),
  remoteHostName: z.string().nullable(),
  state: z.string().nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
  default: z.boolean(),
  oauth: z.boolean(),
});

async function show(context: RouteContext, credentials: readonly Credential[]): Promise<z.input<typeof view>[]> {
  const of = users(context);
  const hosts = credentials.some(({ remoteHostId }) => remoteHostId !== null) ? await listHosts(context) : [];
  const shown: z.input<typeof view>[] = [];
  for (const one of credentials) {
    const owner = await of(one.owner);
    shown.push({
      id: one.number,
      name: one.name,
      type: one.type,
      username: one.username,
      description: one.description,
      owner: owner.username,
      user: owner,
      remoteHostId: one.remoteHostId,
      remoteHostName: hosts.find(({ number }) => number === one.remoteHostId)?.name ?? null,
      state: null,
      createdAt: one.createdAt,
      updatedAt: one.updatedAt,
      default: one.default,
      oauth: false,
    });
  }
  return shown;
}

const first = async (context: RouteContext, credential: Credential): Promise<z.input<typeof view>> => {
  const [shown] = await show(context, [credential]);
  if (!shown) throw new Error('one is shown for one');
  return shown;
};

const resolve = async (context: RouteContext, params: Incoming['params']): Promise<Credential> => {
  const found = await findCredential(context, numberIn(params, 'id', 'credential'));
  if (!found) throw missing('credential');
  return found;
};

const list = route({
  method: 'GET',
  path: '/credentials',
  name: 'credentials.list',
  summary: 'List credentials; passwords are never shown',
  scope: 'connections:read',
  query: z.object({
    type: commaList(z.string()).optional(),
    remote_host_id: whole().optional(),
    default: flag.optional(),
    name: z.string().max(1000).optional(),
    users: commaList(z.string()).optional(),
    ...paging(1000, 1000, ['updated_at', 'created_at', 'name'], 'desc'),
  }),
  replies: { 200: z.array(view) },
  async handle(context, { query }) {
    const owners =
      query.users && (await Promise.all(query.users.map(async (one) => await principalByNumber(context, one).catch(() => ''))));
    const all = (await listCredentials(context))
      .filter(({ type }) => query.type === undefined || query.type.includes(type))
      .filter((one) => query.remote_host_id === undefined || one.remoteHostId === query.remote_host_id)
      .filter((one) => query.default === undefined || one.default === query.default)
      .filter(({ name }) => query.name === undefined || name === query.name)
      .filter(({ owner }) => owners === undefined || owners.includes(owner));
    const key = (one: Credential): string =>
      query.order === 'name' ? one.name : query.order === 'created_at' ? one.createdAt : one.updatedAt;
    const { rows, headers } = pageOf(sorted(all, key, query.order_dir), query);
    return { status: 200, headers, body: await show(context, rows) };
  },
});

const fields = {
  name: z.string().min(1).max(1000).optional(),
  type: z.string().min(1).max(200),
  description: z.string().max(10_000).optional(),
  username: z.string().min(1).max(1000),
  password: z.string().max(100_000),
  remoteHostId: id.optional(),
  default: z.boolean().optional(),
};

const body = z.object(fields);

type Sent = z.output<typeof body>;

const dataOf = ({ name, type, username, description, remoteHostId, default: chosen }: Sent) => ({
  name: name ?? username,
  type,
  username,
  description: description ?? null,
  remoteHostId: remoteHostId ?? null,
  default: chosen ?? false,
});

const create = route({
  method: 'POST',
  path: '/credentials',
  name: 'credentials.create',
  summary: 'Create a credential',
  scope: 'connections:write',
  body,
  replies: { 201: view },
  handle: async (context, { body: sent }) => ({
    status: 201,
    body: await first(context, await insertCredential(context, dataOf(sent), sent.password)),
  }),
});

/** What was made with it follows. */
async function changed(...[context, ...change]: Parameters<typeof updateCredential>): Promise<Credential> {
  return await context.tx(async (tx) => {
    const credential = await updateCredential(tx, ...change);
    await followCredential(tx, credential);
    return credential;
  });
}

const get = route({
  method: 'GET',
  path: '/credentials/:id',
  name: 'credentials.get',
  summary: 'Get a credential without its password',
  scope: 'connections:read',
  resolve,
  replies: { 200: view },
  handle: async (context, { found }) => ({ status: 200, body: await first(context, found) }),
});

const put = route({
  method: 'PUT',
  path: '/credentials/:id',
  name: 'credentials.replace',
  summary: 'Replace a credential',
  scope: 'connections:write',
  resolve,
  body,
  replies: { 200: view },
  handle: async (context, { found, body: sent }) => ({
    status: 200,
    body: await first(context, await changed(context, found, dataOf(sent), sent.password)),
  }),
});

const patch = route({
  method: 'PATCH',
  path: '/credentials/:id',
  name: 'credentials.update',
  summary: 'Change parts of a credential',
  scope: 'connections:write',
  resolve,
  body: z.object(fields).partial(),
  replies: { 200: view },
  async handle(context, { found, body: { password, ...sent } }) {
    const given = Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined));
    return { status: 200, body: await first(context, await changed(context, found, given, password)) };
  },
});

const remove = route({
  method: 'DELETE',
  path: '/credentials/:id',
  name: 'credentials.delete',
  summary: 'Delete a credential',
  scope: 'connections:write',
  resolve,
  replies: { 204: undefined },
  async handle(context, { found }) {
    await deleteCredential(context, found);
    return { status: 204 };
  },
});

export const credentialRoutes: readonly GuardedRoute[] = [list, create, get, put, patch, remove];
