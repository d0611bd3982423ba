/** Routes of tables. What is known of one is read from its database when it is asked for: there is nothing to scan. */
import { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import type { GuardedRoute, Incoming, RouteContext } from '../../dialect.ts';
import { requireHost, type Database } from './hosts.ts';
import { missing, numberIn, route } from './route.ts';
import {
  columnsOf,
  columnView,
  findTableData,
  knownOf,
  showSummary,
  showTable,
  tableDetail,
  tableIn,
  tablesOf,
  tableSummary,
  updateTable,
  type Table,
} from './tables-stored.ts';
import { listOf, pageOf, paging, sorted, whole } from './wire.ts';

interface Found {
  readonly database: Database;
  readonly table: Table;
}

const list = route({
  method: 'GET',
  path: '/tables',
  name: 'tables.list',
  summary: 'List tables; `%` and `*` in the name stand for anything',
  scope: 'connections:write',
  query: z.object({
    database_id: whole().optional(),
    schema: z.string().max(500).optional(),
    name: z.string().max(500).optional(),
    search: z.string().max(500).optional(),
    table_tag_ids: z.union([z.string(), z.array(z.string())]).optional(),
    credential_id: whole().optional(),
    ...paging(1000, 50, ['schema', 'name', 'search', 'row_count'], 'asc'),
  }),
  replies: { 200: z.array(tableSummary) },
  async handle(context, { query }) {
    const { database_id: number, schema, name, search = '', table_tag_ids: tags = [] } = query;
    if (number === undefined) throw new HeadgateError('request.invalid', 'database_id: name the database');
    const database = await requireHost(context, number, 'database');
    // Tables have no tags here, so none has one of those.
    const found = tags.length > 0 ? [] : await tablesOf(context, database, { schema, name });
    const shown = found
      .map((table) => showSummary(database, table))
      .filter((one) => `${one.schema}.${one.name}`.toLowerCase().includes(search.toLowerCase()));
    const key = (one: z.input<typeof tableSummary>): string => (query.order === 'name' ? one.name : `${one.schema}.${one.name}`);
    const { rows, headers } = pageOf(sorted(shown, key, query.order_dir), query);
    return { status: 200, headers, body: [...rows] };
  },
});

export const tableByNumber = async (context: RouteContext, params: Incoming['params']): Promise<Found> => {
  const data = await findTableData(context, numberIn(params, 'id', 'table'));
  if (!data) throw missing('table');
  const database = await requireHost(context, data.database, 'table');
  const table = await tableIn(context, database, data.schema, data.table);
  if (!table) throw missing('table');
  return { database, table };
};

const get = route({
  method: 'GET',
  path: '/tables/:id',
  name: 'tables.get',
  summary: 'Get a table with its columns',
  scope: 'connections:write',
  resolve: tableByNumber,
  replies: { 200: tableDetail },
  handle: async (context, { found }) => ({ status: 200, body: await showTable(context, found.database, found.table) }),
});

const patch = route({
  method: 'PATCH',
  path: '/tables/:id',
  name: 'tables.update',
  summary: 'Say which columns identify a row, and which say how new it is',
  scope: 'connections:write',
  resolve: tableByNumber,
  body: z.object({
    ontologyMapping: z.record(z.string(), z.json()).optional(),
    description: z.string().max(100_000).optional(),
    primaryKeys: listOf(z.string()).optional(),
    lastModifiedKeys: listOf(z.string()).optional(),
  }),
  replies: { 200: tableDetail },
  async handle(context, { found: { database, table }, body }) {
    const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
    return { status: 200, body: await showTable(context, database, await updateTable(context, table, given)) };
  },
});

const columns = route({
  method: 'GET',
  path: '/tables/:id/columns',
  name: 'tables.columns.list',
  summary: 'List the columns of a table',
  scope: 'connections:write',
  resolve: tableByNumber,
  query: z.object({ name: z.string().max(500).optional(), ...paging(1000, 50, ['name', 'order'], 'asc') }),
  replies: { 200: z.array(columnView) },
  async handle(context, { found, query }) {
    const all = columnsOf(found.table, await knownOf(context, found.table)).filter(({ name }) =>
      name.toLowerCase().includes((query.name ?? '').toLowerCase()),
    );
    const { rows, headers } = pageOf(
      sorted(all, (one) => (query.order === 'order' ? one.order : one.name), query.order_dir),
      query,
    );
    return { status: 200, headers, body: [...rows] };
  },
});

export const tableRoutes: readonly GuardedRoute[] = [list, get, patch, columns];
