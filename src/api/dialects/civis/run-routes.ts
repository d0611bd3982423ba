/** What every family of jobs has alike: runs that are started, listed, looked at, cancelled, and their logs. */
import { z, type ZodType } from 'zod';
import type { Json } from '../../../domain/json.ts';
import { perform } from '../../../operations/operation.ts';
import { runLogs } from '../../../operations/runs/logs.ts';
import type { RunTask } from '../../../domain/run.ts';
import type { GuardedRoute, Incoming, RouteContext } from '../../dialect.ts';
import { requireJob, type FoundJob, type JobKind } from './jobs.ts';
import { numberIn, aOrAn, route } from './route.ts';
import { cancelJobRun, isActive, requireRun, runsOf, startJob, type JobRun } from './runs.ts';
import { logEntry } from './shapes.ts';
import { pageOf, paging, sorted, whole } from './wire.ts';

export interface RunFamily {
  /** Of one job: `/imports/files/csv/:id`. */
  readonly path: string;
  /** In front of the names of its routes. */
  readonly name: string;
  /** What summaries call a job. */
  readonly title: string;
  /** Absent = any. */
  readonly kinds?: readonly JobKind[];
  readonly view: ZodType;
  readonly started?: number;
  /** `origin` = of this server, as the client sees it. */
  show(context: RouteContext, job: FoundJob, run: JobRun, origin: string): Json | Promise<Json>;
  /** What the run does instead of the flows of its pipeline. */
  task(context: RouteContext, job: FoundJob): Promise<RunTask | undefined>;
  /** How it says that a job is at work. */
  readonly busy?: { readonly busy: string };
  readonly inputs?: { readonly view: ZodType; show(context: RouteContext, run: JobRun): Json | Promise<Json> };
}

/** Throws `object.missing`. */
export const jobIn =
  (title: string, kinds?: readonly JobKind[]) =>
  async (context: RouteContext, params: Incoming['params']): Promise<FoundJob> =>
    await requireJob(context, numberIn(params, 'id', title), title, kinds);

interface Found {
  readonly job: FoundJob;
  readonly run: JobRun;
}

export const runIn =
  (title: string, kinds?: readonly JobKind[]) =>
  async (context: RouteContext, params: Incoming['params']): Promise<Found> => {
    const job = await jobIn(title, kinds)(context, params);
    return { job, run: await requireRun(context, job, numberIn(params, 'run_id', 'run')) };
  };

export const runRoutes = (family: RunFamily): readonly GuardedRoute[] => [
  startRoute(family),
  listRoute(family),
  lookRoute(family),
  cancelRoute(family),
  logRoute(family),
  ...(family.inputs ? [inputsRoute(family, family.inputs)] : []),
];

function startRoute(family: RunFamily): GuardedRoute {
  const { path, name, title, kinds, view, started = 202 } = family;
  return route({
    method: 'POST',
    path: `${path}/runs`,
    name: `${name}.run`,
    summary: `Start a run of ${aOrAn(title)}`,
    scope: 'runs:write',
    resolve: jobIn(title, kinds),
    replies: { [started]: view },
    async handle(context, { found: job, url }) {
      const made = await startJob(context, job, { task: family.task, ...family.busy });
      const location = `${url.origin}${url.pathname.replace(/\/+$/, '')}/${made.number}`;
      return { status: started, headers: { location }, body: await family.show(context, job, made, url.origin) };
    },
  });
}

function listRoute(family: RunFamily): GuardedRoute {
  const { path, name, title, kinds, view } = family;
  return route({
    method: 'GET',
    path: `${path}/runs`,
    name: `${name}.runs`,
    summary: `List the runs of ${aOrAn(title)}, the newest first`,
    scope: 'runs:read',
    resolve: jobIn(title, kinds),
    query: z.object(paging(100, 20, ['id'])),
    replies: { 200: z.array(view) },
    async handle(context, { found: job, query, url }) {
      const all = sorted(await runsOf(context, job), ({ number }) => number, query.order_dir);
      const { rows, headers } = pageOf(all, query);
      const body: Json[] = [];
      for (const each of rows) body.push(await family.show(context, job, each, url.origin));
      return { status: 200, headers, body };
    },
  });
}

function lookRoute(family: RunFamily): GuardedRoute {
  const { path, name, title, kinds, view } = family;
  return route({
    method: 'GET',
    path: `${path}/runs/:run_id`,
    name: `${name}.run_get`,
    summary: `Look at a run of ${aOrAn(title)}`,
    scope: 'runs:read',
    resolve: runIn(title, kinds),
    replies: { 200: view },
    async handle(context, { found: { job, run }, url }) {
      return { status: 200, body: await family.show(context, job, run, url.origin) };
    },
  });
}

function cancelRoute({ path, name, title, kinds }: RunFamily): GuardedRoute {
  return route({
    method: 'DELETE',
    path: `${path}/runs/:run_id`,
    name: `${name}.run_cancel`,
    summary: `Cancel a run of ${aOrAn(title)}`,
    scope: 'runs:write',
    resolve: runIn(title, kinds),
    replies: { 202: undefined },
    async handle(context, { found }) {
      await cancelJobRun(context, found.run);
      return { status: 202 };
    },
  });
}

export function logRoute({ path, name, title, kinds }: Pick<RunFamily, 'path' | 'name' | 'title' | 'kinds'>): GuardedRoute {
  return route({
    method: 'GET',
    path: `${path}/runs/:run_id/logs`,
    name: `${name}.run_logs`,
    summary: `Read the log of a run of ${aOrAn(title)}`,
    scope: 'runs:read',
    resolve: runIn(title, kinds),
    query: z.object({
      last_id: whole(2 ** 53 - 1)
        .optional()
        .meta({ description: 'Only what stands behind this entry' }),
      limit: z.coerce
        .number()
        .int()
        .min(1)
        .default(10_000)
        .transform((limit) => Math.min(limit, 10_000)),
    }),
    replies: { 200: z.array(logEntry) },
    async handle(context, { found: { run }, query: { last_id, limit } }) {
      const { data } = await perform(runLogs, context, { run: run.run.id, after: last_id ?? 0, limit: 10_000 });
      const greatest = data.at(-1)?.seq ?? last_id;
      const entries = data.map(({ seq, at, level, message }) => ({ id: seq, createdAt: at, message, level }));
      // Behind an entry in order, else the newest first.
      const body = last_id === undefined ? entries.toReversed().slice(0, limit) : entries.slice(0, limit);
      const more = isActive(run.run) || body.length < entries.length;
      return {
        status: 200,
        headers: {
          'civis-cache-control': more ? 'no-store' : 'private, max-age=86400',
          ...(greatest !== undefined && { 'civis-max-id': String(greatest) }),
        },
        body,
      };
    },
  });
}

function inputsRoute(family: RunFamily, { view, show }: NonNullable<RunFamily['inputs']>): GuardedRoute {
  const { path, name, title, kinds } = family;
  return route({
    method: 'GET',
    path: `${path}/runs/:run_id/inputs`,
    name: `${name}.run_inputs`,
    summary: `The settings with which a run of ${aOrAn(title)} began`,
    scope: 'runs:read',
    resolve: runIn(title, kinds),
    replies: { 200: view },
    handle: async (context, { found }) => ({ status: 200, body: await show(context, found.run) }),
  });
}
