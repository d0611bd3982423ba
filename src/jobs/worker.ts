/** Takes runs that the queue names, holds their leases while they are carried out, and ends them. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setInterval as everyMs } from 'node:timers';
import { Logger, run as runWorkers, type Runner } from 'graphile-worker';
import type { Clock } from '../domain/clock.ts';
import { asHeadgateError, HeadgateError } from '../domain/error.ts';
import type { Partition, Spreading } from '../domain/partition.ts';
import type { Log } from '../sdk/index.ts';
import type { ProcessLog } from '../observe/log.ts';
import { unwatched, type Watch } from '../observe/watch.ts';
import type { OpenDb } from '../store/db.ts';
import { postponeRun } from '../store/connection-policies.ts';
import { claimRun, isHeld, renewLease, waitingRuns, type ClaimedRun, type Limits, type RunEnd } from '../store/leases.ts';
import { claimPartition, type TakenPartition } from '../store/partitions.ts';
import { appendLog } from '../store/run-logs.ts';
import { lookChannel, type RunRow } from '../store/runs.ts';
import { hold } from './hold.ts';
import { listen } from './listener.ts';
import { Looks } from './looks.ts';
import { carryOutPartition } from './partitions.ts';
import { patientPool } from './patient-pool.ts';
import { closedFor, readersFor } from './policies.ts';
import { partitionTask, runTask, wake, wakePartitions } from './queue.ts';
import { logTo } from './run-log.ts';
import { settle } from './settle.ts';
import { spreadingOf, type SpreadLimits } from './spread.ts';

const reapMs = 5_000;

const heldBack = 'waits: the workspace has used up its runs of the day or its rows of the month (UTC)';

export interface ExecuteWith {
  readonly signal: AbortSignal;
  readonly log: Log;
  /** When its connections may be used again; undefined = now. */
  closedUntil(): Promise<Date | undefined>;
  /** Most readers that its connections bear; undefined = nothing is said. */
  readonly readers: number | undefined;
  /** The way to other workers that read one large table with this one; undefined = there is none. */
  readonly spreading: Spreading<object, object> | undefined;
}

export type Execute = (run: RunRow, of: ExecuteWith) => Promise<RunEnd>;

/** Stages a partition of a run that another worker may own: plain data in, plain data out. Throws what is wrong with it. */
export type ExecutePartition = (
  run: RunRow,
  job: object,
  partition: Partition,
  of: Pick<ExecuteWith, 'signal' | 'log'>,
) => Promise<object>;

export interface WorkerOptions {
  /** Runs at the same time in this process. */
  readonly concurrency: number;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly watch?: Watch;
  /** Milliseconds; a lease lives 20 s, so three renewals may fail before another worker takes over. */
  readonly renewMs?: number;
  /** Absent = large tables are read by one worker each. */
  readonly spread?: SpreadOptions;
}

export interface SpreadOptions extends SpreadLimits {
  readonly execute: ExecutePartition;
}

export interface Worker {
  /** Waits for the runs at work; after `graceMs` they are cancelled and handed back. */
  stop(graceMs: number): Promise<void>;
}

/** What all runs of a process share. */
interface Shop extends Required<Omit<WorkerOptions, 'spread'>> {
  readonly spread: SpreadOptions | undefined;
  readonly db: OpenDb;
  readonly owner: string;
  readonly execute: Execute;
  readonly ending: AbortSignal;
  readonly looks: Looks;
  /** Runs that this process owns. */
  readonly owned: Set<string>;
}

export async function startWorker(db: OpenDb, execute: Execute, options: WorkerOptions): Promise<Worker> {
  const owner = `${hostname()}/${process.pid}/${randomBytes(3).toString('hex')}`;
  const ending = new AbortController();
  const atWork = new Set<Promise<void>>();
  const shop: Shop = {
    renewMs: 5_000,
    watch: unwatched,
    spread: undefined,
    ...options,
    db,
    owner,
    execute,
    ending: ending.signal,
    looks: new Looks(),
    owned: new Set(),
  };
  const listener = await listen(db.pool, lookChannel, (run) => shop.looks.tell(run));
  const task = (work: (run: string, shop: Shop) => Promise<void>) => async (payload: unknown) => {
    // Only `wake` and `wakePartitions` make such jobs.
    const working = work((payload as { run: string }).run, shop);
    atWork.add(working);
    await working.finally(() => atWork.delete(working));
  };
  const runner: Runner = await runWorkers({
    pgPool: patientPool(db.pool),
    concurrency: options.concurrency,
    noHandleSignals: true,
    logger: new Logger(() => () => undefined),
    // A run's owner stages partitions as it is: their jobs are for others.
    forbiddenFlags: () => (shop.owned.size === 0 ? null : [...shop.owned]),
    taskList: { [runTask]: task(carryOut), [partitionTask]: task(help) },
  });
  await reap(shop);
  const reaper = everyMs(() => void reap(shop).catch(() => undefined), reapMs);
  return {
    async stop(graceMs) {
      clearInterval(reaper);
      const force = setTimeout(() => ending.abort(new HeadgateError('run.cancelled', 'the worker is stopping')), graceMs);
      await runner.stop();
      await Promise.allSettled(atWork);
      clearTimeout(force);
      await listener[Symbol.asyncDispose]();
    },
  };
}

/** Whoever lost its worker, or was never woken, is woken. */
async function reap({ db, clock, limits }: Shop): Promise<void> {
  await wake(db, ...(await waitingRuns(db, { now: clock.now(), limits }, 100)));
  await wakePartitions(db);
}

/** Stages one partition of a run of another worker, where one is free. */
async function help(id: string, shop: Shop): Promise<void> {
  const { db, owner, spread, watch } = shop;
  const taken = spread && (await claimPartition(db, id, owner));
  if (!taken) return;
  const about = { workspace: taken.run.workspace_id, pipeline: taken.run.pipeline_id, run: id, partition: taken.number };
  const lines = logTo(db, id, watch.log.about(about));
  const stage = async ({ run, job, number, range }: TakenPartition, signal: AbortSignal): Promise<object> =>
    await spread.execute(run, job, { number, range }, { signal, log: lines.log });
  await watch.traces.span('partition', about, async () => await carryOutPartition(taken, shop, stage));
  await lines.flush();
}

/** A run that may not start now is woken by the end of the one that is in its way. */
async function carryOut(id: string, shop: Shop): Promise<void> {
  const { db, owner, clock, limits, watch } = shop;
  const until = await closedFor(db, id, clock.now());
  if (until) {
    const waits = `waits until ${until.toISOString()}: its connections may not be used before`;
    if (await postponeRun(db, id, until)) await appendLog(db, id, 'info', waits, {});
    return;
  }
  const run = await claimRun(db, id, owner, { now: clock.now(), limits });
  if (!run) {
    if (await isHeld(db, id, clock.now())) await appendLog(db, id, 'warn', heldBack, { code: 'limit.period' });
    return;
  }
  const about = { workspace: run.workspace_id, pipeline: run.pipeline_id, run: id, attempt: run.attempt };
  await watch.traces.span('run', about, async () => await carryOutClaimed(run, shop, watch.log.about(about)));
}

async function carryOutClaimed(run: ClaimedRun, shop: Shop, processLog: ProcessLog): Promise<void> {
  const { db, clock, ending, owned } = shop;
  processLog.say('info', 'the run begins');
  const readers = await readersFor(db, run.id);
  owned.add(run.id);
  const held = hold(run.id, async () => await renewLease(db, run.id, run.fence), shop);
  const lines = logTo(db, run.id, processLog);
  const end = await attempt(run, shop, {
    signal: held.signal,
    log: lines.log,
    closedUntil: async () => await closedFor(db, run.id, clock.now()),
    readers,
    spreading: spreadingFor(run, shop, held.signal, readers),
  });
  held.release();
  owned.delete(run.id);
  await lines.flush();
  if (held.lost()) return processLog.say('warn', 'another worker has taken the run over');
  const handedBack = ending.aborted && !held.cancelled() && end.state === 'cancelled';
  // What cannot be written because the database is away is found by the next owner, when the lease has run out.
  const state = await settle(db, run, handedBack ? { ...end, state: 'retrying' } : end, shop);
  processLog.say(state === 'failed' ? 'warn' : 'info', 'the run ends', { state });
}

function spreadingFor(run: RunRow, shop: Shop, signal: AbortSignal, readers = Infinity): ExecuteWith['spreading'] {
  const { spread } = shop;
  return spread && spreadingOf(run, { ...spread, readers: Math.min(spread.readers, readers) }, shop, signal);
}

async function attempt(run: RunRow, { execute }: Shop, of: ExecuteWith): Promise<RunEnd> {
  // Its owner died before it heard that it should stop.
  if (run.cancel_requested_at) return { state: 'cancelled', receipts: run.receipts, error: null };
  try {
    return await execute(run, of);
  } catch (error) {
    const { code, message, hint } = asHeadgateError(error, 'running');
    return { state: 'failed', receipts: [], error: { code, message, hint } };
  }
}
