/** Routes of imports. */
import { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import { perform } from '../../../operations/operation.ts';
import { getPipeline } from '../../../operations/pipelines/get.ts';
import type { GuardedRoute, RouteContext } from '../../dialect.ts';
import { bodyOf, importPost, importPut, plain, planOf, timingOf, type ImportBody } from './import.ts';
import { endsOf, hostNames, importKinds, importOf, importSummary, importView, summaryOf } from './import-views.ts';
import { taskOf } from './job-task.ts';
import { archiving, insertJob, listJobs, updateJob, type FoundJob, type Job } from './jobs.ts';
import { principalByNumber, users } from './people.ts';
import { missing, route } from './route.ts';
import { jobIn, logRoute } from './run-routes.ts';
import { cancelJobRun, isActive, runsOf, showRun, startJob, stateOf } from './runs.ts';
import { jobRun, status } from './shapes.ts';
import { commaList, flag, pageOf, paging, sorted } from './wire.ts';

const title = 'import';
const resolve = jobIn(title, importKinds);
export const resolveImport = jobIn(title, ['import']);

const archivedWord = z
  .string()
  .transform((text) => text.toLowerCase())
  .pipe(z.enum(['true', 'false', 'all']));

const byChange = ({ data }: Job): string => data.updatedAt;
const plainKeys: Readonly<Record<string, (job: Job) => string>> = {
  updated_at: byChange,
  name: ({ data }) => data.name,
  created_at: ({ createdAt }) => createdAt,
};

const list = route({
  method: 'GET',
  path: '/imports',
  name: 'imports.list',
  summary: 'List imports',
  scope: 'pipelines:read',
  query: z.object({
    type: commaList(z.enum(['AutoImport', 'Dbsync', 'Salesforce', 'GdocImport', 'GdocExport'])).optional(),
    destination: commaList(z.string().regex(/^\d+$/)).optional(),
    source: commaList(z.string().regex(/^\d+$/)).optional(),
    status: commaList(z.enum(['running', 'failed', 'succeeded', 'idle', 'scheduled'])).optional(),
    author: commaList(z.string().regex(/^\d+$/)).optional(),
    hidden: flag.optional(),
    archived: archivedWord.optional(),
    ...paging(50, 20, ['updated_at', 'name', 'created_at', 'last_run.updated_at']),
  }),
  replies: { 200: z.array(importSummary) },
  async handle(context, { query }) {
    const { type, destination, source } = query;
    if (source && !type?.includes('Dbsync')) throw new HeadgateError('request.invalid', 'source: only with a type of Dbsync');
    const archived = query.archived ?? 'false';
    const match = { hidden: query.hidden ?? false, ...(archived !== 'all' && { archived: archived === 'true' }) };
    const authors =
      query.author && (await Promise.all(query.author.map(async (one) => await principalByNumber(context, one).catch(() => ''))));
    const [names, of] = [await hostNames(context), users(context)];
    const wanted = (await listJobs(context, match)).filter((job) => {
      if (!importKinds.includes(job.data.kind)) return false;
      const ends = endsOf(job.data);
      if (type && !type.some((one) => one === ends.syncType)) return false;
      if (destination && !destination.includes(String(ends.destination?.remoteHostId))) return false;
      if (source && !source.includes(String(ends.source?.remoteHostId))) return false;
      return !authors || authors.includes(job.data.author);
    });
    const show = async (jobs: readonly Job[]): Promise<z.input<typeof importSummary>[]> => {
      const shown: z.input<typeof importSummary>[] = [];
      for (const job of jobs) shown.push(await summaryOf(context, job, (await runsOf(context, job, 1))[0], names, of));
      return shown;
    };
    // Only what depends on runs needs those of all jobs.
    if (!query.status && query.order !== 'last_run.updated_at') {
      const { rows, headers } = pageOf(sorted(wanted, plainKeys[query.order] ?? byChange, query.order_dir), query);
      return { status: 200, headers, body: await show(rows) };
    }
    const shown = (await show(wanted)).filter(({ state }) => !query.status || query.status.some((word) => word === state));
    const key = (one: z.input<typeof importSummary>): string | null => {
      if (query.order === 'name') return one.name;
      if (query.order === 'created_at') return one.createdAt;
      return query.order === 'updated_at' ? one.updatedAt : (one.lastRun?.finishedAt ?? one.lastRun?.createdAt ?? null);
    };
    const { rows, headers } = pageOf(sorted(shown, key, query.order_dir), query);
    return { status: 200, headers, body: [...rows] };
  },
});

const create = route({
  method: 'POST',
  path: '/imports',
  name: 'imports.create',
  summary: 'Create an import, whose syncs follow',
  scope: 'pipelines:write',
  body: importPost,
  replies: { 201: importView },
  async handle(context, { body: { name, hidden = false, schedule, notifications, parentId, nextRunAt, timeZone, ...sent } }) {
    const job = await context.tx(async (tx) => {
      const body: ImportBody = { ...sent, syncs: [] };
      const own = { schedule, notifications, parentId, timeZone };
      const plan = { ...(await planOf(tx, body)), schedule: await timingOf(tx, own), due: nextRunAt };
      return await insertJob(tx, { kind: 'import', hidden, body: plain(body), name: () => name, ...own }, plan);
    });
    return { status: 201, body: await importOf(context, await withPipeline(context, job)) };
  },
});

async function withPipeline<J extends Job>(context: RouteContext, job: J): Promise<J & Pick<FoundJob, 'pipeline'>> {
  return { ...job, pipeline: await perform(getPipeline, context, { pipeline: job.object }) };
}

const get = route({
  method: 'GET',
  path: '/imports/:id',
  name: 'imports.get',
  summary: 'Get an import with its syncs',
  scope: 'pipelines:read',
  resolve,
  replies: { 200: importView },
  handle: async (context, { found }) => ({ status: 200, body: await importOf(context, found) }),
});

const put = route({
  method: 'PUT',
  path: '/imports/:id',
  name: 'imports.replace',
  summary: 'Change an import: schedule, notifications and ends stay where they are left out',
  scope: 'pipelines:write',
  resolve: resolveImport,
  body: importPut,
  replies: { 200: importView },
  async handle(context, { found, body: { name, schedule, notifications, parentId, nextRunAt, timeZone, ...sent } }) {
    const before = bodyOf(found.data);
    const { syncType, isOutbound, source = before.source, destination = before.destination } = sent;
    const body: ImportBody = { syncType, isOutbound, source, destination, syncs: before.syncs };
    const { data } = found;
    const own = {
      schedule: schedule ?? data.schedule,
      notifications: notifications ?? data.notifications,
      parentId: parentId ?? data.parentId,
      timeZone: timeZone ?? data.timeZone,
    };
    const changed = await context.tx(async (tx) => {
      const plan = { ...(await planOf(tx, body)), schedule: await timingOf(tx, own), due: nextRunAt };
      return await updateJob(tx, found, { name, body: plain(body), ...own }, plan);
    });
    return { status: 200, body: await importOf(context, await withPipeline(context, changed)) };
  },
});

const archive = route({
  method: 'PUT',
  path: '/imports/:id/archive',
  name: 'imports.archive',
  summary: 'Archive an import, or take it back',
  scope: 'pipelines:write',
  resolve,
  body: status,
  replies: { 200: importView },
  handle: async (context, { found, body }) => ({
    status: 200,
    body: await importOf(context, await updateJob(context, found, ...archiving(body.status))),
  }),
});

const runs = route({
  method: 'GET',
  path: '/imports/:id/runs',
  name: 'imports.runs',
  summary: 'List the runs of an import, the newest first',
  scope: 'runs:read',
  resolve,
  replies: { 200: z.array(jobRun) },
  handle: async (context, { found }) => ({ status: 200, body: (await runsOf(context, found)).map(showRun) }),
});

const start = route({
  method: 'POST',
  path: '/imports/:id/runs',
  name: 'imports.run',
  summary: 'Start a run of an import',
  scope: 'runs:write',
  resolve,
  replies: { 202: z.object({ runId: z.number().int() }) },
  async handle(context, { found }) {
    const { number } = await startJob(context, found, { task: taskOf });
    return { status: 202, body: { runId: number } };
  },
});

const cancel = route({
  method: 'POST',
  path: '/imports/:id/cancel',
  name: 'imports.cancel',
  summary: 'Cancel the run of an import that is at work',
  scope: 'runs:write',
  resolve,
  replies: { 202: z.object({ id: z.number().int(), state: z.string(), isCancelRequested: z.boolean() }) },
  async handle(context, { found }) {
    const active = (await runsOf(context, found, 20)).find(({ run }) => isActive(run));
    if (!active) throw missing('run');
    const { number, run } = await cancelJobRun(context, active);
    return { status: 202, body: { id: number, state: stateOf(run), isCancelRequested: true } };
  },
});

export const importRoutes: readonly GuardedRoute[] = [
  list,
  create,
  get,
  put,
  archive,
  runs,
  start,
  logRoute({ path: '/imports/:id', name: 'imports', title, kinds: importKinds }),
  cancel,
];
