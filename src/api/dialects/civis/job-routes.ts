/** Routes of jobs of every kind. */
import { z } from 'zod';
import { perform } from '../../../operations/operation.ts';
import { runOutputs } from '../../../operations/runs/outputs.ts';
import type { GuardedRoute, RouteContext } from '../../dialect.ts';
import { fileNumber, requireStoredFile } from './files-stored.ts';
import { taskOf } from './job-task.ts';
import { alreadyRunning } from './errors.ts';
import { archiving, listJobs, findJob, typeOf, updateJob, type Job, type JobData } from './jobs.ts';
import { levelOn, reaches } from './levels.ts';
import { users } from './people.ts';
import { preprocessBody } from './preprocess-task.ts';
import { aOrAn, route } from './route.ts';
import { jobIn, runIn, runRoutes, type RunFamily } from './run-routes.ts';
import { runsOf, showRun, stateOf, type JobRun } from './runs.ts';
import { jobRun, permissionLevel, schedule, showSchedule, status, user } from './shapes.ts';
import { commaList, flag, pageOf, paging, sorted } from './wire.ts';

const title = 'job';

const summary = z.object({
  id: z.number().int(),
  name: z.string(),
  type: z.string(),
  fromTemplateId: z.number().int().nullable(),
  state: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  lastRun: jobRun.nullable(),
  archived: z.boolean(),
  author: user,
  schedule,
});

const detail = summary.extend({
  runs: z.array(jobRun),
  hidden: z.boolean(),
  myPermissionLevel: z.string(),
  successEmailSubject: z.string().nullable(),
  successEmailBody: z.string().nullable(),
  runningAsUser: z.string(),
  runByUser: z.string().nullable(),
});

/** Of a job, by its last run. */
export const jobState = ({ data }: Job, last: JobRun | undefined): string => {
  const state = last && stateOf(last.run);
  if (state === 'queued' || state === 'running') return state;
  return data.schedule?.scheduled ? 'scheduled' : (state ?? 'idle');
};

async function show(
  context: RouteContext,
  job: Job,
  last: JobRun | undefined,
  of = users(context),
): Promise<z.input<typeof summary>> {
  return {
    id: job.number,
    name: job.data.name,
    type: typeOf(job.data),
    fromTemplateId: null,
    state: jobState(job, last),
    createdAt: job.createdAt,
    updatedAt: job.data.updatedAt,
    lastRun: last ? showRun(last) : null,
    archived: job.data.archived,
    author: await of(job.data.author),
    schedule: showSchedule(job.data.schedule),
  };
}

const list = route({
  method: 'GET',
  path: '/jobs',
  name: 'jobs.list',
  summary: 'List jobs',
  scope: 'pipelines:read',
  query: z.object({
    state: commaList(z.string()).optional(),
    type: commaList(z.string()).optional(),
    q: z.string().max(1000).optional().meta({ description: 'Part of the name' }),
    permission: permissionLevel.optional().meta({ description: 'Only those with which the caller may do so much' }),
    scheduled: flag.optional(),
    hidden: flag.optional(),
    archived: z.enum(['true', 'false', 'all', 'True', 'False']).optional(),
    author: commaList(z.string()).optional(),
    ...paging(50, 50, ['updated_at', 'created_at', 'name', 'id']),
  }),
  replies: { 200: z.array(summary) },
  async handle(context, { query }) {
    const archived = query.archived?.toLowerCase() ?? 'false';
    const match = { hidden: query.hidden ?? false, ...(archived !== 'all' && { archived: archived === 'true' }) };
    const of = users(context);
    const found: z.input<typeof summary>[] = [];
    for (const job of await listJobs(context, match)) {
      if (query.q !== undefined && !job.data.name.toLowerCase().includes(query.q.toLowerCase())) continue;
      if (query.type !== undefined && !query.type.includes(typeOf(job.data))) continue;
      if (query.scheduled !== undefined && (job.data.schedule?.scheduled ?? false) !== query.scheduled) continue;
      if (query.permission !== undefined && !reaches(await levelOn(context, job), query.permission)) continue;
      const [last] = await runsOf(context, job, 1);
      const one = await show(context, job, last, of);
      if (query.state !== undefined && !query.state.includes(one.state)) continue;
      if (query.author !== undefined && !query.author.includes(String(one.author.id))) continue;
      found.push(one);
    }
    const key = (one: z.input<typeof summary>): string | number =>
      query.order === 'name'
        ? one.name
        : query.order === 'id'
          ? one.id
          : query.order === 'created_at'
            ? one.createdAt
            : one.updatedAt;
    const { rows, headers } = pageOf(sorted(found, key, query.order_dir), query);
    return { status: 200, headers, body: [...rows] };
  },
});

const resolve = jobIn(title);

async function showDetail(context: RouteContext, job: Job): Promise<z.input<typeof detail>> {
  const runs = await runsOf(context, job, 50);
  const of = users(context);
  return {
    ...(await show(context, job, runs[0], of)),
    runs: runs.map(showRun),
    hidden: job.data.hidden,
    myPermissionLevel: await levelOn(context, job),
    successEmailSubject: job.data.notifications?.successEmailSubject ?? null,
    successEmailBody: job.data.notifications?.successEmailBody ?? null,
    runningAsUser: (await of(job.data.runningAs)).username,
    runByUser: null,
  };
}

const get = route({
  method: 'GET',
  path: '/jobs/:id',
  name: 'jobs.get',
  summary: 'Get a job with its runs',
  scope: 'pipelines:read',
  resolve,
  replies: { 200: detail },
  handle: async (context, { found }) => ({ status: 200, body: await showDetail(context, found) }),
});

const archive = route({
  method: 'PUT',
  path: '/jobs/:id/archive',
  name: 'jobs.archive',
  summary: 'Archive a job, or take it back',
  scope: 'pipelines:write',
  resolve,
  body: status,
  replies: { 200: detail },
  async handle(context, { found, body }) {
    return { status: 200, body: await showDetail(context, await updateJob(context, found, ...archiving(body.status))) };
  },
});

/** The chain upwards, the nearest first; it ends where one is not there any more, or comes again. */
async function parentsOf(context: RouteContext, job: Job): Promise<readonly Job[]> {
  const found: Job[] = [];
  let parent = job.data.parentId;
  while (parent !== undefined && parent !== job.number && !found.some(({ number }) => number === parent)) {
    const next = await findJob(context, parent);
    if (!next) break;
    found.push(next);
    parent = next.data.parentId;
  }
  return found;
}

const parents = route({
  method: 'GET',
  path: '/jobs/:id/parents',
  name: 'jobs.parents',
  summary: 'The jobs whose runs start this one, the nearest first',
  scope: 'pipelines:read',
  resolve,
  replies: { 200: z.array(detail) },
  async handle(context, { found }) {
    const body: z.input<typeof detail>[] = [];
    for (const job of await parentsOf(context, found)) body.push(await showDetail(context, job));
    return { status: 200, body };
  },
});

interface Child {
  readonly id: number;
  readonly name: string;
  readonly children: readonly Child[];
}

const child: z.ZodType<Child> = z.object({
  id: z.number().int(),
  name: z.string(),
  get children() {
    return z.array(child);
  },
});

const children = route({
  method: 'GET',
  path: '/jobs/:id/children',
  name: 'jobs.children',
  summary: 'The jobs that start when this one has succeeded, as a tree',
  scope: 'pipelines:read',
  resolve,
  replies: { 200: z.array(child) },
  async handle(context, { found }) {
    const all = await listJobs(context, { archived: false });
    const below = (number: number, seen: ReadonlySet<number>): Child[] =>
      all
        .filter((job) => job.data.parentId === number && !seen.has(job.number))
        .map((job) => ({ id: job.number, name: job.data.name, children: below(job.number, new Set([...seen, job.number])) }));
    return { status: 200, body: JSON.parse(JSON.stringify(below(found.number, new Set([found.number])))) as [] }; // plain data
  },
});

const output = z.object({
  objectType: z.enum(['File', 'Table', 'Report', 'Project', 'Credential', 'JSONValue']),
  objectId: z.number().int(),
  name: z.string(),
  link: z.string().nullable(),
  value: z.json(),
});

export const outputsRoute = ({ path, name, title, kinds }: Pick<RunFamily, 'path' | 'name' | 'title' | 'kinds'>): GuardedRoute =>
  route({
    method: 'GET',
    path: `${path}/runs/:run_id/outputs`,
    name: `${name}.run_outputs`,
    summary: `List what a run of ${aOrAn(title)} has made`,
    scope: 'runs:read',
    resolve: runIn(title, kinds),
    query: z.object(paging(50, 50, ['created_at', 'id'])),
    replies: { 200: z.array(output) },
    async handle(context, { found: { job, run }, query }) {
      const { data } = await perform(runOutputs, context, { run: run.run.id });
      const made: z.input<typeof output>[] = [];
      for (const { file } of data) if (file !== null) made.push(await madeFile(context, job.data, file));
      const { rows, headers } = pageOf(made, query);
      return { status: 200, headers, body: [...rows] };
    },
  });

/** A job that works in place puts what it has made behind the number that the file had. */
async function madeFile(context: RouteContext, { kind, body }: JobData, file: string): Promise<z.input<typeof output>> {
  const show = (number: number, name: string): z.input<typeof output> => ({
    objectType: 'File',
    objectId: number,
    name,
    link: `files/${number}`,
    value: null,
  });
  const given = kind === 'preprocess' ? preprocessBody.parse(body) : undefined;
  const number = given && (given.inPlace ?? true) ? given.fileId : await fileNumber(context, file);
  const { data, file: found } = await requireStoredFile(context, number);
  return show(number, data.name ?? found.name);
}

const inputs = z.object({ values: z.record(z.string(), z.json()) });

const runs = runRoutes({
  path: '/jobs/:id',
  name: 'jobs',
  title,
  view: jobRun,
  started: 201,
  show: (_, __, run) => ({ ...showRun(run) }),
  task: taskOf,
  busy: { busy: alreadyRunning },
  inputs: { view: inputs, show: () => ({ values: {} }) },
});

export const jobRoutes: readonly GuardedRoute[] = [
  list,
  get,
  archive,
  parents,
  children,
  outputsRoute({ path: '/jobs/:id', name: 'jobs', title }),
  ...runs,
];
