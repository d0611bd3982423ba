/** Routes of databases and what is in them. */
import { z } from 'zod';
import type { GuardedRoute, Incoming, RouteContext } from '../../dialect.ts';
import { listDatabases, requireHost, type Database } from './hosts.ts';
import { missing, numberIn, route } from './route.ts';
import { schemasOf, showSummary, showTable, tableDetail, tableIn, tablesOf } from './tables-stored.ts';
import { whole } from './wire.ts';

const view = z.object({
  id: z.number().int(),
  name: z.string(),
  adapter: z.string(),
  clusterIdentifier: z.string().nullable(),
  host: z.string(),
  port: z.number().int().nullable(),
  databaseName: z.string(),
  managed: z.boolean(),
});

const adapters: Readonly<Record<string, string>> = {
  'RemoteHostTypes::Redshift': 'redshift',
  'RemoteHostTypes::Mysql': 'mysql',
};

const show = ({ number, name, type, host, port, databaseName }: Database): z.input<typeof view> => ({
  id: number,
  name,
  adapter: adapters[type] ?? 'postgresql',
  clusterIdentifier: null,
  host,
  port,
  databaseName,
  managed: false,
});

const list = route({
  method: 'GET',
  path: '/databases',
  name: 'databases.list',
  summary: 'List databases',
  scope: 'connections:read',
  replies: { 200: z.array(view) },
  handle: async (context) => ({ status: 200, body: (await listDatabases(context)).map(show) }),
});

const resolve = async (context: RouteContext, params: Incoming['params']): Promise<Database> =>
  await requireHost(context, numberIn(params, 'id', 'database'), 'database');

const get = route({
  method: 'GET',
  path: '/databases/:id',
  name: 'databases.get',
  summary: 'Get a database',
  scope: 'connections:read',
  resolve,
  replies: { 200: view },
  handle: (_, { found }) => Promise.resolve({ status: 200, body: show(found) }),
});

const credential = { credential_id: whole().optional() };

const schemas = route({
  method: 'GET',
  path: '/databases/:id/schemas',
  name: 'databases.schemas.list',
  summary: 'List the schemas of a database',
  scope: 'connections:write',
  resolve,
  query: z.object({ name: z.string().max(500).optional().meta({ description: 'Part of the name' }), ...credential }),
  replies: { 200: z.array(z.object({ schema: z.string() })) },
  async handle(context, { found, query }) {
    const names = await schemasOf(context, found);
    const wanted = query.name?.toLowerCase() ?? '';
    return { status: 200, body: names.filter((name) => name.toLowerCase().includes(wanted)).map((schema) => ({ schema })) };
  },
});

const tables = route({
  method: 'GET',
  path: '/databases/:id/schemas/:schema_name/tables',
  name: 'databases.schemas.tables.list',
  summary: 'List the tables of a schema',
  scope: 'connections:write',
  resolve,
  query: z.object(credential),
  replies: {
    200: z.array(z.object({ name: z.string(), schema: z.string(), isView: z.boolean(), databaseId: z.number().int() })),
  },
  async handle(context, { found, params }) {
    const all = await tablesOf(context, found, { schema: params['schema_name'] ?? '' });
    const shown = all.map((table) => showSummary(found, table));
    return { status: 200, body: shown.map(({ name, schema, isView }) => ({ name, schema, isView, databaseId: found.number })) };
  },
});

const table = route({
  method: 'GET',
  path: '/databases/:id/schemas/:schema_name/tables/:table_name',
  name: 'databases.schemas.tables.get',
  summary: 'Get a table of a schema',
  scope: 'connections:write',
  async resolve(context, params) {
    const database = await resolve(context, params);
    const found = await tableIn(context, database, params['schema_name'] ?? '', params['table_name'] ?? '');
    if (!found) throw missing('table');
    return { database, table: found };
  },
  query: z.object(credential),
  replies: { 200: tableDetail },
  handle: async (context, { found }) => ({ status: 200, body: await showTable(context, found.database, found.table) }),
});

export const databaseRoutes: readonly GuardedRoute[] = [list, get, schemas, tables, table];
