/** Routes of SQL scripts. */
import { z } from 'zod';
import type { Json } from '../../../domain/json.ts';
import { perform } from '../../../operations/operation.ts';
import { getPipeline } from '../../../operations/pipelines/get.ts';
import { runOutputs } from '../../../operations/runs/outputs.ts';
import type { GuardedRoute, RouteContext } from '../../dialect.ts';
import { fileNumber } from './files-stored.ts';
import { linkSeconds, manifestOf } from './manifest.ts';
import { timingOf } from './import.ts';
import { linkOf } from './files.ts';
import { outputsRoute } from './job-routes.ts';
import { taskOf } from './job-task.ts';
import { insertJob, type Job } from './jobs.ts';
import { levelOn } from './levels.ts';
import { users } from './people.ts';
import { route } from './route.ts';
import { jobIn, runRoutes } from './run-routes.ts';
import { runsOf, showRun, showTyped, stateOf, typedRun, type JobRun } from './runs.ts';
import { exportOf, planOf, scriptPost, showSettings } from './script.ts';
import { jobRun, notifications, schedule, showNotifications, showSchedule, user } from './shapes.ts';
import { usualZone } from './timing.ts';

const settings = z.object({
  includeHeader: z.boolean(),
  compression: z.string(),
  columnDelimiter: z.string(),
  unquoted: z.boolean(),
  forceMultifile: z.boolean(),
  filenamePrefix: z.string().nullable(),
  maxFileSize: z.number().int().nullable(),
});

const view = z.object({
  id: z.number().int(),
  name: z.string(),
  type: z.literal('SQL'),
  createdAt: z.string(),
  updatedAt: z.string(),
  author: user,
  state: z.string(),
  finishedAt: z.string().nullable(),
  category: z.literal('script'),
  projects: z.array(z.json()),
  parentId: z.number().int().nullable(),
  params: z.array(z.json()),
  arguments: z.record(z.string(), z.json()),
  isTemplate: z.boolean(),
  lastRun: jobRun.nullable(),
  hidden: z.boolean(),
  archived: z.boolean(),
  schedule,
  notifications,
  nextRunAt: z.string().nullable(),
  timeZone: z.string(),
  runningAs: user,
  sql: z.string(),
  remoteHostId: z.number().int(),
  credentialId: z.number().int(),
  csvSettings: settings,
  myPermissionLevel: z.string(),
});

async function show(context: RouteContext, job: Job): Promise<z.input<typeof view>> {
  const given = scriptPost.omit({ name: true }).parse(job.data.body);
  const [last] = await runsOf(context, job, 1);
  const of = users(context);
  return {
    id: job.number,
    name: job.data.name,
    type: 'SQL',
    createdAt: job.createdAt,
    updatedAt: job.data.updatedAt,
    author: await of(job.data.author),
    state: last ? stateOf(last.run) : 'idle',
    finishedAt: last?.run.finished_at ?? null,
    category: 'script',
    projects: [],
    parentId: job.data.parentId ?? null,
    params: given.params ?? [],
    arguments: given.arguments ?? {},
    isTemplate: false,
    lastRun: last ? showRun(last) : null,
    hidden: job.data.hidden,
    archived: job.data.archived,
    schedule: showSchedule(job.data.schedule),
    notifications: showNotifications(job.data.notifications),
    nextRunAt: (await perform(getPipeline, context, { pipeline: job.object })).next_due_at,
    timeZone: job.data.timeZone ?? usualZone,
    runningAs: await of(job.data.runningAs),
    sql: given.sql,
    remoteHostId: given.remoteHostId,
    credentialId: given.credentialId,
    csvSettings: showSettings(given.csvSettings),
    myPermissionLevel: await levelOn(context, job),
  };
}

const create = route({
  method: 'POST',
  path: '/scripts/sql',
  name: 'scripts.sql.create',
  summary: 'Create a SQL script, whose answer becomes a file',
  scope: 'pipelines:write',
  body: scriptPost,
  replies: { 201: view },
  async handle(context, { body: { name, hidden = false, ...sent } }) {
    const plain = JSON.parse(JSON.stringify(sent)) as Json; // plain data
    const { schedule, notifications, parentId, timeZone, nextRunAt } = sent;
    const own = { schedule, notifications, parentId, timeZone };
    const job = await context.tx(async (tx) => {
      const plan = { ...(await planOf(tx, sent.sql, sent)), schedule: await timingOf(tx, own), due: nextRunAt };
      const task = exportOf({ name, body: plain });
      return await insertJob(tx, { kind: 'sql', hidden, body: plain, name: () => name, ...own }, { ...plan, task });
    });
    return { status: 201, body: await show(context, job) };
  },
});

const title = 'SQL script';
const kinds = ['sql'] as const;
const resolve = jobIn(title, kinds);
const one = '/scripts/sql/:id';

const get = route({
  method: 'GET',
  path: one,
  name: 'scripts.sql.get',
  summary: 'Get a SQL script',
  scope: 'pipelines:read',
  resolve,
  replies: { 200: view },
  handle: async (context, { found }) => ({ status: 200, body: await show(context, found) }),
});

const output = z.object({ outputName: z.string(), fileId: z.number().int(), path: z.string() });
const runView = typedRun('sqlId').extend({ output: z.array(output), outputCachedOn: z.string().nullable() });

async function showSqlRun(context: RouteContext, job: Job, found: JobRun, origin: string): Promise<Json> {
  const made: z.input<typeof output>[] = [];
  if (found.run.state === 'succeeded') {
    const { data } = await perform(runOutputs, context, { run: found.run.id });
    const { sql, csvSettings } = scriptPost.omit({ name: true }).parse((found.inputs as unknown as Job['data']).body); // kept when the run began
    const several = csvSettings?.forceMultifile === true;
    const shown = several
      ? await manifestOf(context, origin, found, { sql, settings: showSettings(csvSettings), parts: data })
      : data;
    for (const { name, file } of shown) {
      if (file === null) continue;
      const path = await linkOf(context, origin, { file, method: 'GET', expires_in: linkSeconds });
      made.push({ outputName: name, fileId: await fileNumber(context, file), path });
    }
  }
  return { ...showTyped('sqlId', job, found), output: made.map((each) => ({ ...each })), outputCachedOn: null };
}

const runs = runRoutes({
  path: one,
  name: 'scripts.sql',
  title,
  kinds,
  view: runView,
  show: showSqlRun,
  task: taskOf,
});

export const scriptRoutes: readonly GuardedRoute[] = [
  create,
  get,
  ...runs,
  outputsRoute({ path: one, name: 'scripts.sql', title, kinds }),
];
