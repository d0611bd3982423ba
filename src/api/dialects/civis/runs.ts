/** Runs of jobs: numbered when they are first looked at, with the settings that they began with. */
import { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import type { Json } from '../../../domain/json.ts';
import type { RunTask } from '../../../domain/run.ts';
import { perform } from '../../../operations/operation.ts';
import { startPipeline } from '../../../operations/pipelines/start.ts';
import { cancelRun } from '../../../operations/runs/cancel.ts';
import { getRun } from '../../../operations/runs/get.ts';
import { listRuns } from '../../../operations/runs/list.ts';
import type { runView } from '../../../operations/runs/run.ts';
import type { RouteContext } from '../../dialect.ts';
import type { Job } from './jobs.ts';
import { missing } from './route.ts';
import { runState, type jobRun } from './shapes.ts';

export type RunView = z.output<typeof runView>;

export interface JobRun {
  readonly number: number;
  readonly run: RunView;
  /** The settings of its job as they were. */
  readonly inputs: Json;
}

const states = {
  queued: 'queued',
  running: 'running',
  retrying: 'running',
  needs_review: 'running',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
} as const;

export const stateOf = ({ state }: Pick<RunView, 'state'>): z.input<typeof runState> => states[state];

export const isActive = ({ state }: Pick<RunView, 'state'>): boolean => ['queued', 'running'].includes(states[state]);

/** Of a run that failed there always is one: clients wait for it. */
function errorOf({ state, error }: RunView): string | null {
  if (state !== 'failed') return null;
  return error?.message ?? 'The run failed.';
}

export const showRun = ({ number, run }: JobRun): z.input<typeof jobRun> => ({
  id: number,
  state: stateOf(run),
  createdAt: run.queued_at,
  startedAt: run.started_at,
  finishedAt: run.finished_at,
  error: errorOf(run),
});

/** With the number of its job under a name that each family has for itself. */
export const typedRun = <N extends string>(name: N) =>
  z.object({
    id: z.number().int(),
    ...({ [name]: z.number().int() } as Record<N, z.ZodNumber>), // one name
    state: runState,
    isCancelRequested: z.boolean(),
    createdAt: z.string(),
    startedAt: z.string().nullable(),
    finishedAt: z.string().nullable(),
    error: z.string().nullable(),
  });

export const showTyped = (name: string, job: Job, found: JobRun): Readonly<Record<string, Json>> => ({
  ...showRun(found),
  [name]: job.number,
  isCancelRequested: found.run.cancel_requested_at !== null || found.run.state === 'cancelled',
});

const kind = 'run';

const usuallyBusy = 'The import cannot be queued because it is already active.';

export interface Starting<J extends Job> {
  /** What it does instead of the flows of its pipeline. */
  task(context: RouteContext, job: J): Promise<RunTask | undefined>;
  readonly busy?: string;
}

/** Throws `run.busy`, `request.invalid` for a job that is archived. */
export async function startJob<J extends Job>(
  context: RouteContext,
  job: J,
  { task: taskFor, busy = usuallyBusy }: Starting<J>,
): Promise<JobRun> {
  if (job.data.archived) throw new HeadgateError('request.invalid', 'the job is archived');
  try {
    return await context.tx(async (tx) => {
      const task = await taskFor(tx, job);
      const run = await perform(startPipeline, tx, { pipeline: job.object, ...(task && { task }) });
      const number = await tx.objects.number(kind);
      const inputs = inputsOf(job);
      await tx.objects.insert({ kind, external_id: String(number), object_id: run.id, data: { inputs } });
      return { number, run, inputs };
    });
  } catch (error) {
    if (!(error instanceof HeadgateError) || error.code !== 'run.busy') throw error;
    throw new HeadgateError('run.busy', busy);
  }
}

/** Plain data. */
const inputsOf = ({ data }: Job): Json => JSON.parse(JSON.stringify(data)) as Json;

/** The number of a run, which may have begun by itself. */
export const numberedRun = async (objects: RouteContext['objects'], run: string): Promise<number> =>
  Number((await objects.numbered(kind, run, kind)).external_id);

/** What is made for a run once, under a name: whoever asks first makes it. */
export async function keepInRun(
  context: RouteContext,
  { number }: JobRun,
  name: string,
  make: (tx: RouteContext) => Promise<string>,
): Promise<string> {
  return await context.tx(async (tx) => {
    const row = await tx.objects.hold(kind, String(number));
    if (!row) throw missing('run');
    const data = row.data as Readonly<Record<string, unknown>>; // written here
    const known = data[name];
    if (typeof known === 'string') return known;
    const made = await make(tx);
    await tx.objects.update(kind, String(number), { ...data, [name]: made });
    return made;
  });
}

/** The newest first. */
export async function runsOf(context: RouteContext, job: Job, limit = Number.POSITIVE_INFINITY): Promise<readonly JobRun[]> {
  const runs: RunView[] = [];
  let cursor: string | undefined;
  do {
    const asked = { pipeline: job.object, limit: Math.min(limit, 200), ...(cursor !== undefined && { cursor }) };
    const { data, next_cursor } = await perform(listRuns, context, asked);
    runs.push(...data);
    cursor = runs.length < limit ? (next_cursor ?? undefined) : undefined;
  } while (cursor !== undefined);
  return await withNumbers(context, job, runs.slice(0, limit));
}

/** Numbers grow with the runs: the oldest gets the first one. */
async function withNumbers({ objects }: RouteContext, job: Job, runs: readonly RunView[]): Promise<readonly JobRun[]> {
  const known = new Map(
    (
      await objects.of(
        kind,
        runs.map(({ id }) => id),
      )
    ).map((row) => [row.object_id, row]),
  );
  const found: JobRun[] = [];
  for (const run of runs.toReversed()) {
    const row = known.get(run.id) ?? (await objects.numbered(kind, run.id, kind));
    const { inputs = inputsOf(job) } = row.data as { readonly inputs?: Json }; // written above
    found.push({ number: Number(row.external_id), run, inputs });
  }
  return found.toReversed();
}

/** Throws `object.missing`: also for a run of another job. */
export async function requireRun(context: RouteContext, job: Job, number: string): Promise<JobRun> {
  const row = await context.objects.find(kind, number);
  if (!row) throw missing('run');
  const run = await perform(getRun, context, { run: row.object_id });
  if (run.pipeline !== job.object) throw missing('run');
  const { inputs = inputsOf(job) } = row.data as { readonly inputs?: Json }; // written above
  return { number: Number(number), run, inputs };
}

/** Throws `object.missing` where it has ended: clients take that for done. */
export async function cancelJobRun(context: RouteContext, found: JobRun): Promise<JobRun> {
  if (!isActive(found.run)) throw missing('run');
  return { ...found, run: await perform(cancelRun, context, { run: found.run.id }) };
}
