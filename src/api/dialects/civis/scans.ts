/** Scans: what is in a database is read when it is asked for; what the values of a table are is asked here. */
import { z } from 'zod';
import type { GuardedRoute, RouteContext } from '../../dialect.ts';
import { HeadgateError } from '../../../domain/error.ts';
import { requireHost, type Database } from './hosts.ts';
import { plain } from './import.ts';
import { taskOf } from './job-task.ts';
import { insertJob } from './jobs.ts';
import { missing, numberIn, route } from './route.ts';
import { startJob } from './runs.ts';
import { planOf, usualCredential } from './script.ts';
import { statisticsSql } from './statistics.ts';
import { tableByNumber } from './tables.ts';
import { isScanned, showTable, tableDetail, tableIn, updateTable, type Table } from './tables-stored.ts';
import { id } from './wire.ts';

const answer = z.object({ jobId: z.number().int(), runId: z.number().int() });

async function scan(
  context: RouteContext,
  database: number,
  what: string,
  sql = 'select 1 as answers',
): Promise<z.input<typeof answer>> {
  const at = { remoteHostId: database, credentialId: await usualCredential(context) };
  return await context.tx(async (tx) => {
    const wanted = { kind: 'scan', hidden: true, body: plain({ database }), name: () => `Scan of ${what}` } as const;
    const job = await insertJob(tx, wanted, await planOf(tx, sql, at));
    return { jobId: job.number, runId: (await startJob(tx, job, { task: taskOf })).number };
  });
}

const statsPriority = z.enum(['flag', 'block', 'queue']).optional();

const schema = route({
  method: 'POST',
  path: '/databases/:id/schemas/scan',
  name: 'databases.schemas.scan',
  summary: 'Look at a schema again',
  scope: 'pipelines:write',
  resolve: async (context, params) => await requireHost(context, numberIn(params, 'id', 'database'), 'database'),
  body: z.object({ schema: z.string().min(1).max(500), statsPriority }),
  replies: { 201: answer },
  handle: async (context, { found, body }) => ({ status: 201, body: await scan(context, found.number, body.schema) }),
});

const table = route({
  method: 'POST',
  path: '/tables/scan',
  name: 'tables.scan',
  summary: 'Look at a table again',
  scope: 'pipelines:write',
  body: z.object({ databaseId: id, schema: z.string().min(1).max(500), tableName: z.string().min(1).max(500), statsPriority }),
  replies: { 201: answer },
  async handle(context, { body }) {
    const database = await requireHost(context, body.databaseId, 'database');
    const found = await tableIn(context, database, body.schema, body.tableName);
    if (!found) throw missing('table');
    return { status: 201, body: await scanTable(context, database, found) };
  },
});

/** Throws `run.busy` where one is at work. */
async function scanTable(context: RouteContext, database: Database, table: Table): Promise<z.input<typeof answer>> {
  if (await isScanned(context, table)) throw new HeadgateError('run.busy', 'The table is being refreshed already.');
  const { schema, name, stream } = table;
  const sql = statisticsSql(database, table, stream.fields);
  const begun = await scan(context, database.number, `${schema}.${name}`, sql);
  await updateTable(context, table, { scan: begun.jobId, late: false });
  return begun;
}

const refresh = route({
  method: 'POST',
  path: '/tables/:id/refresh',
  name: 'tables.refresh',
  summary: 'Look at the values of a table again',
  scope: 'pipelines:write',
  resolve: tableByNumber,
  replies: { 200: tableDetail },
  async handle(context, { found: { database, table: found } }) {
    const { jobId } = await scanTable(context, database, found);
    const scanned = { ...found, data: { ...found.data, scan: jobId } };
    return { status: 200, body: await showTable(context, database, scanned) };
  },
});

export const scanRoutes: readonly GuardedRoute[] = [schema, table, refresh];
