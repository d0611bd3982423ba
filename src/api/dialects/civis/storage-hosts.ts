/** Routes of storage hosts. */
import { z } from 'zod';
import type { GuardedRoute, Incoming, RouteContext } from '../../dialect.ts';
import { userOf } from './people.ts';
import { missing, numberIn, route } from './route.ts';
import { user } from './shapes.ts';
import {
  findStorageHost,
  insertStorageHost,
  listStorageHosts,
  storageHostBody,
  updateStorageHost,
  type StorageHost,
} from './storage-host.ts';

const view = z.object({
  id: z.number().int(),
  owner: user,
  name: z.string(),
  provider: z.string(),
  bucket: z.string(),
  s3Options: z.object({ region: z.string().nullable(), endpoint: z.string().nullable() }),
});

async function show(context: RouteContext, { number, data }: StorageHost): Promise<z.input<typeof view>> {
  const { name, provider, bucket, s3Options } = data;
  return {
    id: number,
    owner: await userOf(context, data.owner),
    name,
    provider,
    bucket,
    s3Options: { region: s3Options?.region ?? null, endpoint: s3Options?.endpoint ?? null },
  };
}

const list = route({
  method: 'GET',
  path: '/storage_hosts',
  name: 'storage_hosts.list',
  summary: 'List storage hosts',
  scope: 'connections:read',
  replies: { 200: z.array(view) },
  async handle(context) {
    const shown: z.input<typeof view>[] = [];
    for (const host of await listStorageHosts(context)) shown.push(await show(context, host));
    return { status: 200, body: shown };
  },
});

const create = route({
  method: 'POST',
  path: '/storage_hosts',
  name: 'storage_hosts.create',
  summary: 'Name a storage host',
  scope: 'connections:write',
  body: storageHostBody,
  replies: { 201: view },
  handle: async (context, { body }) => ({ status: 201, body: await show(context, await insertStorageHost(context, body)) }),
});

const resolve = async (context: RouteContext, params: Incoming['params']): Promise<StorageHost> => {
  const found = await findStorageHost(context, numberIn(params, 'id', 'storage host'));
  if (!found) throw missing('storage host');
  return found;
};

const get = route({
  method: 'GET',
  path: '/storage_hosts/:id',
  name: 'storage_hosts.get',
  summary: 'Get a storage host',
  scope: 'connections:read',
  resolve,
  replies: { 200: view },
  handle: async (context, { found }) => ({ status: 200, body: await show(context, found) }),
});

const changing = (method: 'PUT' | 'PATCH'): GuardedRoute =>
  route({
    method,
    path: '/storage_hosts/:id',
    name: method === 'PUT' ? 'storage_hosts.replace' : 'storage_hosts.update',
    summary: method === 'PUT' ? 'Replace a storage host' : 'Change parts of a storage host',
    scope: 'connections:write',
    resolve,
    body: method === 'PUT' ? storageHostBody : storageHostBody.partial(),
    replies: { 200: view },
    handle: async (context, { found, body }) => ({
      status: 200,
      body: await show(context, await updateStorageHost(context, found, body)),
    }),
  });

export const storageHostRoutes: readonly GuardedRoute[] = [list, create, get, changing('PUT'), changing('PATCH')];
