/** Scans: what is known of tables is read when it is asked for, so all that a scan does is to see whether the database answers. */
import { z } from 'zod';
import type { GuardedRoute, RouteContext } from '../../dialect.ts';
import { requireHost } from './hosts.ts';
import { plain } from './import.ts';
import { taskOf } from './job-task.ts';
import { insertJob } from './jobs.ts';
import { numberIn, route } from './route.ts';
import { startJob } from './runs.ts';
import { planOf, usualCredential } from './script.ts';
import { id } from './wire.ts';

const answer = z.object({ jobId: z.number().int(), runId: z.number().int() });

async function scan(context: RouteContext, database: number, what: string): Promise<z.input<typeof answer>> {
  const at = { remoteHostId: database, credentialId: await usualCredential(context) };
  return await context.tx(async (tx) => {
    const wanted = { kind: 'scan', hidden: true, body: plain({ database }), name: () => `Scan of ${what}` } as const;
    const job = await insertJob(tx, wanted, await planOf(tx, 'select 1 as answers', at));
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
  handle: async (context, { body }) => ({
    status: 201,
    body: await scan(context, body.databaseId, `${body.schema}.${body.tableName}`),
  }),
});

export const scanRoutes: readonly GuardedRoute[] = [schema, table];
