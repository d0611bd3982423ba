/** Routes of storage hosts: kept, so that imports may name them. */
import { z } from 'zod';
import type { Json } from '../../../domain/json.ts';
import type { GuardedRoute, Incoming, RouteContext } from '../../dialect.ts';
import { userOf } from './people.ts';
import { missing, numberIn, route } from './route.ts';
import { user } from './shapes.ts';

const kind = 'storage_host';

const options = z.object({ region: z.string().max(100).optional() });

const body = z.object({
  provider: z.enum(['s3']),
  bucket: z.string().min(1).max(300),
  name: z.string().min(1).max(1000),
  s3Options: options.optional(),
});

const view = z.object({
  id: z.number().int(),
  owner: user,
  name: z.string(),
  provider: z.string(),
  bucket: z.string(),
  s3Options: z.object({ region: z.string().nullable() }),
});

const stored = body.extend({ owner: z.string() });

interface Host {
  readonly number: number;
  readonly data: z.output<typeof stored>;
}

const plain = (data: Host['data']): Readonly<Record<string, Json>> =>
  JSON.parse(JSON.stringify(data)) as Readonly<Record<string, Json>>; // plain data

async function show(context: RouteContext, { number, data }: Host): Promise<z.input<typeof view>> {
  const { name, provider, bucket, s3Options } = data;
  return {
    id: number,
    owner: await userOf(context, data.owner),
    name,
    provider,
    bucket,
    s3Options: { region: s3Options?.region ?? null },
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
    const rows = await context.objects.list(kind, { limit: 10_000, offset: 0, order: 'oldest' });
    const shown: z.input<typeof view>[] = [];
    for (const row of rows) shown.push(await show(context, { number: Number(row.external_id), data: stored.parse(row.data) }));
    return { status: 200, body: shown };
  },
});

const create = route({
  method: 'POST',
  path: '/storage_hosts',
  name: 'storage_hosts.create',
  summary: 'Name a storage host',
  scope: 'connections:write',
  body,
  replies: { 201: view },
  async handle(context, { body: sent }) {
    const number = await context.objects.number(kind);
    const data = { ...sent, owner: context.actor.principal };
    const place = { kind, external_id: String(number), object_id: `civis/storage_host/${number}` };
    await context.objects.insert({ ...place, data: plain(data) });
    return { status: 201, body: await show(context, { number, data }) };
  },
});

const resolve = async (context: RouteContext, params: Incoming['params']): Promise<Host> => {
  const number = numberIn(params, 'id', 'storage host');
  const row = await context.objects.find(kind, number);
  if (!row) throw missing('storage host');
  return { number: Number(number), data: stored.parse(row.data) };
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
    body: method === 'PUT' ? body : body.partial(),
    replies: { 200: view },
    async handle(context, { found, body: sent }) {
      const given = Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined));
      const data = stored.parse({ ...found.data, ...given });
      await context.objects.update(kind, String(found.number), plain(data));
      return { status: 200, body: await show(context, { ...found, data }) };
    },
  });

export const storageHostRoutes: readonly GuardedRoute[] = [list, create, get, changing('PUT'), changing('PATCH')];
