/** Routes of queries: they run as soon as they are made, and keep their first rows. */
import { z } from 'zod';
import type { Json } from '../../../domain/json.ts';
import { perform } from '../../../operations/operation.ts';
import { runOutputs } from '../../../operations/runs/outputs.ts';
import type { GuardedRoute, RouteContext } from '../../dialect.ts';
import { taskOf } from './job-task.ts';
import { insertJob, type Job } from './jobs.ts';
import { route } from './route.ts';
import { jobIn } from './run-routes.ts';
import { runsOf, showRun, startJob, type JobRun } from './runs.ts';
import { levelOn } from './levels.ts';
import { planOf, queryPost, usualCredential } from './script.ts';
import { runState } from './shapes.ts';

const said = z.string().nullable();

const view = z.object({
  id: z.number().int(),
  database: z.number().int(),
  sql: z.string(),
  credential: z.number().int().nullable(),
  resultRows: z.array(z.array(z.string())),
  resultColumns: z.array(z.string()),
  error: said,
  startedAt: said,
  finishedAt: said,
  state: runState,
  scriptId: z.number().int().nullable(),
  exception: said,
  createdAt: z.string(),
  updatedAt: z.string(),
  lastRunId: z.number().int().nullable(),
  hidden: z.boolean(),
  archived: z.boolean(),
  myPermissionLevel: z.string(),
  interactive: z.boolean(),
  previewRows: z.number().int(),
  includeHeader: z.boolean(),
  compression: z.string(),
  columnDelimiter: z.string(),
  unquoted: z.boolean().nullable(),
  filenamePrefix: said,
  reportId: z.number().int().nullable(),
});

const answer = z.object({ columns: z.array(z.string()), rows: z.array(z.array(z.string().nullable())) });

async function show(context: RouteContext, job: Job, last: JobRun | undefined): Promise<z.input<typeof view>> {
  const given = queryPost.parse(job.data.body);
  const run = last && showRun(last);
  const outputs = last?.run.state === 'succeeded' ? (await perform(runOutputs, context, { run: last.run.id })).data : [];
  const found = answer.safeParse(outputs[0]?.value).data;
  return {
    id: job.number,
    database: given.database,
    sql: given.sql,
    credential: given.credential ?? null,
    // Clients measure every cell.
    resultRows: (found?.rows ?? []).map((row) => row.map((value) => value ?? 'NULL')),
    resultColumns: found?.columns ?? [],
    error: run?.error ?? null,
    startedAt: run?.startedAt ?? null,
    finishedAt: run?.finishedAt ?? null,
    state: run?.state ?? 'queued',
    scriptId: null,
    exception: run?.error ?? null,
    createdAt: job.createdAt,
    updatedAt: run?.finishedAt ?? job.data.updatedAt,
    lastRunId: run?.id ?? null,
    hidden: job.data.hidden,
    archived: job.data.archived,
    myPermissionLevel: await levelOn(context, job),
    interactive: given.interactive ?? false,
    previewRows: given.previewRows,
    includeHeader: given.includeHeader ?? true,
    compression: given.compression ?? 'gzip',
    columnDelimiter: given.columnDelimiter ?? 'comma',
    unquoted: given.unquoted ?? null,
    filenamePrefix: given.filenamePrefix ?? null,
    reportId: null,
  };
}

const create = route({
  method: 'POST',
  path: '/queries',
  name: 'queries.create',
  summary: 'Ask a database, and keep the first rows of its answer',
  scope: 'pipelines:write',
  body: queryPost,
  replies: { 200: view },
  async handle(context, { body }) {
    const { hidden = false, ...sent } = body;
    const plain = JSON.parse(JSON.stringify(sent)) as Json; // plain data
    const credentialId = sent.credential ?? (await usualCredential(context));
    const [job, run] = await context.tx(async (tx) => {
      const wanted = { kind: 'query', hidden, body: plain, name: (number: number) => `Query #${number}` } as const;
      const made = await insertJob(tx, wanted, await planOf(tx, sent.sql, { remoteHostId: sent.database, credentialId }));
      return [made, await startJob(tx, made, { task: taskOf })] as const;
    });
    return { status: 200, body: await show(context, job, run) };
  },
});

const get = route({
  method: 'GET',
  path: '/queries/:id',
  name: 'queries.get',
  summary: 'Get a query with the first rows of its answer',
  scope: 'runs:read',
  resolve: jobIn('query', ['query']),
  replies: { 200: view },
  async handle(context, { found }) {
    const [last] = await runsOf(context, found, 1);
    return { status: 200, body: await show(context, found, last) };
  },
});

export const queryRoutes: readonly GuardedRoute[] = [create, get];
