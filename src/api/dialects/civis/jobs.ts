/** What this vocabulary keeps of its jobs: whatever can run is one, under one row of numbers, with a pipeline behind it. */
import type { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import type { Json } from '../../../domain/json.ts';
import type { RunTask } from '../../../domain/run.ts';
import { perform } from '../../../operations/operation.ts';
import { arrangePipeline } from '../../../operations/pipelines/arrange.ts';
import { createPipeline } from '../../../operations/pipelines/create.ts';
import { getPipeline } from '../../../operations/pipelines/get.ts';
import { listPipelines } from '../../../operations/pipelines/list.ts';
import { movePipeline } from '../../../operations/pipelines/move.ts';
import type { pipelineView } from '../../../operations/pipelines/pipeline.ts';
import { updatePipeline } from '../../../operations/pipelines/update.ts';
import type { RouteContext } from '../../dialect.ts';
import { missing } from './route.ts';
import type { NotificationsIn, ScheduleIn } from './shapes.ts';
import { settleWishes } from './wishes.ts';

export type JobKind = 'import' | 'file' | 'csv' | 'batch' | 'preprocess' | 'sql' | 'query' | 'scan';

/** The row of `external_objects` holds all but the numbers. */
export interface JobData {
  readonly kind: JobKind;
  readonly name: string;
  readonly hidden: boolean;
  readonly archived: boolean;
  /** Principals, by their ids. */
  readonly author: string;
  readonly runningAs: string;
  readonly updatedAt: string;
  /** As its kind has checked it. */
  readonly body: Json;
  readonly schedule?: ScheduleIn | undefined;
  readonly notifications?: NotificationsIn | undefined;
  readonly parentId?: number | undefined;
  readonly timeZone?: string | undefined;
  /** Numbers of the projects that it belongs to. */
  readonly projects?: readonly number[];
}

export interface Job {
  readonly number: number;
  /** Of the pipeline. */
  readonly object: string;
  readonly createdAt: string;
  readonly data: JobData;
}

export type PipelineView = z.output<typeof pipelineView>;

export interface FoundJob extends Job {
  readonly pipeline: PipelineView;
}

export const kind = 'job';

/** As clients know its kind. */
const types: Readonly<Record<JobKind, string>> = {
  import: 'JobTypes::Import',
  file: 'JobTypes::Import',
  csv: 'JobTypes::Import',
  batch: 'JobTypes::Import',
  preprocess: 'JobTypes::CsvPreprocess',
  sql: 'JobTypes::SqlRunner',
  query: 'JobTypes::Query',
  scan: 'JobTypes::TableScan',
};

export const typeOf = ({ kind: of }: Pick<JobData, 'kind'>): string => types[of];

/** More than a person looks through; the newest come first. */
const most = 10_000;

type Row = NonNullable<Awaited<ReturnType<RouteContext['objects']['find']>>>;

export const jobOf = (row: Row): Job => ({
  number: Number(row.external_id),
  object: row.object_id,
  createdAt: row.created_at.toISOString(),
  data: row.data as unknown as JobData, // written below
});

const stored = (data: JobData): Readonly<Record<string, Json>> =>
  JSON.parse(JSON.stringify(data)) as Readonly<Record<string, Json>>; // plain data

export async function findJob({ objects }: RouteContext, number: number): Promise<Job | undefined> {
  const row = await objects.find(kind, String(number));
  return row && jobOf(row);
}

/** Of one of these kinds. Throws `object.missing`: also where it may not be seen. */
export async function requireJob(
  context: RouteContext,
  number: string,
  what: string,
  kinds?: readonly JobKind[],
): Promise<FoundJob> {
  const row = await context.objects.find(kind, number);
  const job = row && jobOf(row);
  if (!job || (kinds && !kinds.includes(job.data.kind))) throw missing(what);
  const pipeline = await perform(getPipeline, context, { pipeline: job.object }).catch((error: unknown) => {
    throw error instanceof HeadgateError && error.code === 'object.missing' ? missing(what) : error;
  });
  return { ...job, pipeline };
}

/** The newest first; those that the caller may see. */
export async function listJobs(
  context: RouteContext,
  match: Partial<Pick<JobData, 'kind' | 'hidden' | 'archived'>>,
): Promise<readonly Job[]> {
  const rows = await context.objects.list(kind, { limit: most, offset: 0, order: 'newest', match });
  const jobs = rows.map(jobOf);
  if (context.actor.level !== undefined || jobs.length === 0) return jobs;
  const seen = await visible(context);
  return jobs.filter(({ object }) => seen.has(object));
}

async function visible(context: RouteContext): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  let cursor: string | undefined;
  do {
    const { data, next_cursor } = await perform(listPipelines, context, { limit: 200, ...(cursor !== undefined && { cursor }) });
    for (const { id } of data) found.add(id);
    cursor = next_cursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}

export interface Plan {
  /** Of connections, by id or slug. */
  readonly source: string;
  readonly destination: string;
  readonly flows: readonly Json[];
  readonly schedule?: Json;
  /** What a run does that begins by itself; absent = the flows. */
  readonly task?: RunTask | undefined;
  /** When the next one does, once, whatever the schedule says. */
  readonly due?: string | undefined;
}

/** A load that failed because somebody was away for a moment. */
const retry = { attempts: 3, waits: [2, 10] };

type NewJob = Pick<JobData, 'kind' | 'body' | 'hidden'> &
  Partial<Pick<JobData, 'schedule' | 'notifications' | 'parentId' | 'timeZone'>> & {
    /** Absent = by its number. */
    readonly name: (number: number) => string;
  };

/** Its pipeline, its number and its fields come into being together. */
export async function insertJob(context: RouteContext, job: NewJob, plan: Plan): Promise<Job> {
  const number = await context.objects.number(kind);
  const { name: named, ...rest } = job;
  const name = named(number);
  const { task, due, ...pipeline } = plan;
  const { id } = await perform(createPipeline, context, {
    ...pipeline,
    name: name.slice(0, 200),
    slug: `civis-${number}`,
    retry,
  });
  await arrange(context, id, { task, due });
  const data: JobData = {
    ...rest,
    timeZone: rest.timeZone ?? context.timeZone,
    name,
    archived: false,
    author: context.actor.principal,
    runningAs: context.actor.principal,
    updatedAt: context.clock.now().toISOString(),
  };
  const made = jobOf(await context.objects.insert({ kind, external_id: String(number), object_id: id, data: stored(data) }));
  if (data.notifications) await settleWishes(context, made.object, data.notifications);
  return made;
}

/** At most one run of a job at a time, also of those that begin by themselves. */
async function arrange(context: RouteContext, pipeline: string, { task, due }: Pick<Plan, 'task' | 'due'>): Promise<void> {
  await perform(arrangePipeline, context, {
    pipeline,
    alone: true,
    ...(task && { task }),
    ...(due !== undefined && { due }),
  });
}

/** Inside a transaction: as it is now, and nobody else changes it until the end. Throws `object.missing`. */
export async function holdJob<J extends Job>(tx: RouteContext, job: J): Promise<J> {
  const row = await tx.objects.hold(kind, String(job.number));
  if (!row) throw missing('job');
  return { ...job, ...jobOf(row) };
}

/** `plan` = what its pipeline becomes. */
export async function updateJob<J extends Job>(
  context: RouteContext,
  job: J,
  changes: Partial<JobData>,
  { source, destination, task, due, ...plan }: Partial<Plan> & { readonly state?: 'active' | 'paused' | 'archived' } = {},
): Promise<J> {
  const data: JobData = { ...job.data, ...changes, updatedAt: context.clock.now().toISOString() };
  if (source !== undefined && destination !== undefined) {
    await perform(movePipeline, context, { pipeline: job.object, source, destination });
  }
  // Who may not change the pipeline may not change the job either.
  await perform(updatePipeline, context, { pipeline: job.object, ...plan, name: data.name.slice(0, 200) });
  if (plan.flows) await arrange(context, job.object, { task, due });
  const row = await context.objects.update(kind, String(job.number), stored(data));
  if (!row) throw missing('job');
  const changed = { ...job, ...jobOf(row) };
  if (changes.notifications) await settleWishes(context, changed.object, data.notifications);
  return changed;
}

/** Runs as its owner. */
export async function ownJob({ objects }: RouteContext, number: string, principal: string): Promise<void> {
  const row = await objects.hold(kind, number);
  if (row) await objects.update(kind, number, stored({ ...jobOf(row).data, author: principal, runningAs: principal }));
}

/** The pipeline of an archived job does not run by itself either. */
export const archiving = (archived: boolean): [Partial<JobData>, { readonly state: 'active' | 'archived' }] => [
  { archived },
  { state: archived ? 'archived' : 'active' },
];
