/** Routes of imports of one file, and of batches. */
import { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import type { GuardedRoute, RouteContext } from '../../dialect.ts';
import { nothing } from './csv-import.ts';
import { batchFlow, batchPost, filePost } from './file-import.ts';
import { contentsOf } from './files-stored.ts';
import { linkOf, makeFile } from './files.ts';
import { connectionFor } from './hosts.ts';
import { hostNames, importInputs, importKinds, showImportInputs } from './import-views.ts';
import { plain } from './import.ts';
import { taskOf } from './job-task.ts';
import { insertJob, listJobs, type Job, type JobData } from './jobs.ts';
import { base, route } from './route.ts';
import { jobIn, runRoutes } from './run-routes.ts';
import { runsOf, showRun, showTyped, startJob, typedRun } from './runs.ts';
import { runState } from './shapes.ts';
import { flag, pageOf, paging, sorted } from './wire.ts';

const uploadSeconds = 12 * 3600;

const create = route({
  method: 'POST',
  path: '/imports/files',
  name: 'imports.files.create',
  summary: 'Create an import of one file, which is sent to the address in the answer and then run',
  scope: 'pipelines:write',
  body: filePost,
  replies: {
    201: z.object({
      id: z.number().int(),
      uploadUri: z.string(),
      runUri: z.string(),
      uploadFields: z.record(z.string(), z.string()),
    }),
  },
  async handle(context, { body, url }) {
    const { hidden = false, ...sent } = body;
    const [job, file] = await context.tx(async (tx) => {
      const into = await connectionFor(tx, sent);
      const made = await makeFile(tx, { name: `${sent.name}.csv` });
      const wanted = {
        kind: 'file',
        hidden,
        body: plain({ ...sent, file: made.object }),
        name: (number: number) => `File import #${number} to ${sent.schema}.${sent.name}`,
      } as const;
      return [await insertJob(tx, wanted, { source: into, destination: into, flows: [nothing] }), made.object] as const;
    });
    const form = sent.multipart ?? false;
    const uploadUri = await linkOf(context, url.origin, { file, method: form ? 'POST' : 'PUT', expires_in: uploadSeconds });
    const runUri = `${url.origin}${base}/imports/files/${job.number}/runs`;
    return { status: 201, body: { id: job.number, uploadUri, runUri, uploadFields: form ? { key: file } : {} } };
  },
});

/** Clients look at the runs of any import here. */
const fileRuns = runRoutes({
  path: '/imports/files/:id',
  name: 'imports.files',
  title: 'file import',
  kinds: importKinds,
  view: typedRun('importId'),
  show: (_, job, run) => showTyped('importId', job, run),
  task: taskOf,
  inputs: {
    view: importInputs,
    // Kept when the run began, but for the names of hosts.
    show: async (context, { inputs }) => showImportInputs(inputs as unknown as JobData, await hostNames(context)),
  },
});

const said = z.string().nullable();

const summary = z.object({
  id: z.number().int(),
  schema: z.string(),
  table: z.string(),
  remoteHostId: z.number().int(),
  state: runState,
  startedAt: said,
  finishedAt: said,
  error: said,
});

const view = summary.extend({ hidden: z.boolean() });

async function show(context: RouteContext, job: Job): Promise<z.input<typeof view>> {
  const { schema, table, remoteHostId } = batchPost.parse(job.data.body);
  const [last] = await runsOf(context, job, 1);
  const run = last && showRun(last);
  return {
    id: job.number,
    schema,
    table,
    remoteHostId,
    state: run?.state ?? 'queued',
    startedAt: run?.startedAt ?? null,
    finishedAt: run?.finishedAt ?? null,
    error: run?.error ?? null,
    hidden: job.data.hidden,
  };
}

const listBatches = route({
  method: 'GET',
  path: '/imports/batches',
  name: 'imports.batches.list',
  summary: 'List batches',
  scope: 'pipelines:read',
  query: z.object({ hidden: flag.optional(), ...paging(50, 20, ['updated_at', 'created_at']) }),
  replies: { 200: z.array(summary) },
  async handle(context, { query }) {
    const all = await listJobs(context, { kind: 'batch', hidden: query.hidden ?? false });
    const key = (job: Job): string => (query.order === 'created_at' ? job.createdAt : job.data.updatedAt);
    const { rows, headers } = pageOf(sorted(all, key, query.order_dir), query);
    const body: z.input<typeof view>[] = [];
    for (const job of rows) body.push(await show(context, job));
    return { status: 200, headers, body };
  },
});

const createBatch = route({
  method: 'POST',
  path: '/imports/batches',
  name: 'imports.batches.create',
  summary: 'Load several files into a table that is there; it begins at once',
  scope: 'pipelines:write',
  body: batchPost,
  replies: { 201: view },
  async handle(context, { body }) {
    const ids = await contentsOf(context, body.fileIds);
    if (ids.length === 0) throw new HeadgateError('request.invalid', 'fileIds: name at least one file');
    const job = await context.tx(async (tx) => {
      const into = await connectionFor(tx, body);
      const wanted = {
        kind: 'batch',
        hidden: body.hidden ?? false,
        body: plain(body),
        name: (number: number) => `Batch import #${number} to ${body.schema}.${body.table}`,
      } as const;
      const made = await insertJob(tx, wanted, { source: into, destination: into, flows: [batchFlow(body, ids)] });
      await startJob(tx, made, { task: taskOf });
      return made;
    });
    return { status: 201, body: await show(context, job) };
  },
});

const getBatch = route({
  method: 'GET',
  path: '/imports/batches/:id',
  name: 'imports.batches.get',
  summary: 'Get a batch',
  scope: 'pipelines:read',
  resolve: jobIn('batch', ['batch']),
  replies: { 200: view },
  handle: async (context, { found }) => ({ status: 200, body: await show(context, found) }),
});

export const fileImportRoutes: readonly GuardedRoute[] = [create, ...fileRuns, listBatches, createBatch, getBatch];
