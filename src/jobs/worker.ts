/** Takes runs that the queue names, holds their leases while they are carried out, and ends them. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setInterval as everyMs } from 'node:timers';
import { Logger, run as runWorkers, type Runner } from 'graphile-worker';
import type { Clock } from '../domain/clock.ts';
import { asHeadgateError, HeadgateError } from '../domain/error.ts';
import type { Log } from '../sdk/index.ts';
import type { ProcessLog } from '../observe/log.ts';
import { unwatched, type Watch } from '../observe/watch.ts';
import type { OpenDb } from '../store/db.ts';
import { postponeRun } from '../store/connection-policies.ts';
import { claimRun, isHeld, renewLease, waitingRuns, type ClaimedRun, type Limits, type RunEnd } from '../store/leases.ts';
import { appendLog } from '../store/run-logs.ts';
import { cancelChannel, type RunRow } from '../store/runs.ts';
import { listen } from './listener.ts';
import { patientPool } from './patient-pool.ts';
import { closedFor, readersFor } from './policies.ts';
import { runTask, wake } from './queue.ts';
import { logTo } from './run-log.ts';
import { settle } from './settle.ts';

const reapMs = 5_000;

const heldBack = 'waits: the workspace has used up its runs of the day or its rows of the month (UTC)';

export interface ExecuteWith {
  readonly signal: AbortSignal;
  readonly log: Log;
  /** When its connections may be used again; undefined = now. */
  closedUntil(): Promise<Date | undefined>;
  /** Most readers that its connections bear; undefined = nothing is said. */
  readonly readers: number | undefined;
}

export type Execute = (run: RunRow, of: ExecuteWith) => Promise<RunEnd>;

export interface WorkerOptions {
  /** Runs at the same time in this process. */
  readonly concurrency: number;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly watch?: Watch;
  /** Milliseconds; a lease lives 20 s, so three renewals may fail before another worker takes over. */
  readonly renewMs?: number;
}

export interface Worker {
  /** Waits for the runs at work; after `graceMs` they are cancelled and handed back. */
  stop(graceMs: number): Promise<void>;
}

/** What all runs of a process share. */
interface Shop extends Required<WorkerOptions> {
  readonly db: OpenDb;
  readonly owner: string;
  readonly execute: Execute;
  readonly ending: AbortSignal;
  /** Looks at once whether the run may go on, by its id. */
  readonly look: Map<string, () => void>;
}

export async function startWorker(db: OpenDb, execute: Execute, options: WorkerOptions): Promise<Worker> {
  const owner = `${hostname()}/${process.pid}/${randomBytes(3).toString('hex')}`;
  const ending = new AbortController();
  const atWork = new Set<Promise<void>>();
  const shop: Shop = { renewMs: 5_000, watch: unwatched, ...options, db, owner, execute, ending: ending.signal, look: new Map() };
  const listener = await listen(db.pool, cancelChannel, (run) => shop.look.get(run)?.());
  const runner: Runner = await runWorkers({
    pgPool: patientPool(db.pool),
    concurrency: options.concurrency,
    noHandleSignals: true,
    logger: new Logger(() => () => undefined),
    taskList: {
      [runTask]: async (payload) => {
        // Only `wake` makes such jobs.
        const work = carryOut((payload as { run: string }).run, shop);
        atWork.add(work);
        await work.finally(() => atWork.delete(work));
      },
    },
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
  const { db, clock, ending } = shop;
  processLog.say('info', 'the run begins');
  const held = hold(run, shop);
  const lines = logTo(db, run.id, processLog);
  const end = await attempt(run, shop, {
    signal: held.signal,
    log: lines.log,
    closedUntil: async () => await closedFor(db, run.id, clock.now()),
    readers: await readersFor(db, run.id),
  });
  held.release();
  await lines.flush();
  if (held.lost()) return processLog.say('warn', 'another worker has taken the run over');
  const handedBack = ending.aborted && !held.cancelled() && end.state === 'cancelled';
  // What cannot be written because the database is away is found by the next owner, when the lease has run out.
  const state = await settle(db, run, handedBack ? { ...end, state: 'retrying' } : end, shop);
  processLog.say(state === 'failed' ? 'warn' : 'info', 'the run ends', { state });
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

interface Held {
  readonly signal: AbortSignal;
  /** Another worker has taken over. */
  lost(): boolean;
  cancelled(): boolean;
  release(): void;
}

/** Renews the lease until it is released; the signal fires when the run must stop. */
function hold({ id, fence }: RunRow, { db, renewMs, ending, look }: Shop): Held {
  const stop = new AbortController();
  let [lost, asked] = [false, false];
  const renew = (): void => {
    void renewLease(db, id, fence).then(
      ({ held, cancelled }) => {
        lost ||= !held;
        asked ||= cancelled;
        if (!held || cancelled)
          stop.abort(new HeadgateError('run.cancelled', held ? 'cancelled on request' : 'another worker has taken over'));
      },
      // The database is away: the lease runs out by itself, and the destination's fence keeps the books right.
      () => undefined,
    );
  };
  look.set(id, renew);
  // What was asked between the claim and this line was heard by nobody.
  renew();
  const renewing = everyMs(renew, renewMs);
  return {
    signal: AbortSignal.any([stop.signal, ending]),
    lost: () => lost,
    cancelled: () => asked,
    release() {
      clearInterval(renewing);
      look.delete(id);
    },
  };
}
