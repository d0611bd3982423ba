/** Takes runs that the queue names, holds their leases while they are carried out, and ends them. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setInterval as everyMs } from 'node:timers';
import { Logger, run as runWorkers, type Runner } from 'graphile-worker';
import { asHeadgateError, HeadgateError } from '../domain/error.ts';
import type { Log } from '../sdk/index.ts';
import type { OpenDb } from '../store/db.ts';
import { appendLog } from '../store/run-logs.ts';
import { abandonedRuns, claimRun, endRun, renewLease, type RunEnd, type RunRow } from '../store/runs.ts';
import { runTask, wake } from './queue.ts';

/** A lease lives 20 s: three renewals may fail before another worker takes over. */
const renewMs = 5_000;
const reapMs = 5_000;
/** A pipeline with another run at work is looked at again. */
const busySeconds = 2;

export type Execute = (run: RunRow, of: { readonly signal: AbortSignal; readonly log: Log }) => Promise<RunEnd>;

export interface Worker {
  /** Waits for the runs at work; after `graceMs` they are cancelled and handed back. */
  stop(graceMs: number): Promise<void>;
}

export async function startWorker(db: OpenDb, execute: Execute, concurrency: number): Promise<Worker> {
  const owner = `${hostname()}/${process.pid}/${randomBytes(3).toString('hex')}`;
  const ending = new AbortController();
  const atWork = new Set<Promise<void>>();
  const runner: Runner = await runWorkers({
    pgPool: db.pool,
    concurrency,
    noHandleSignals: true,
    logger: new Logger(() => () => undefined),
    taskList: {
      [runTask]: async (payload) => {
        // Only `wake` makes such jobs.
        const work = carryOut(db, (payload as { run: string }).run, owner, execute, ending.signal);
        atWork.add(work);
        await work.finally(() => atWork.delete(work));
      },
    },
  });
  await reap(db);
  const reaper = everyMs(() => void reap(db).catch(() => undefined), reapMs);
  return {
    async stop(graceMs) {
      clearInterval(reaper);
      const force = setTimeout(() => ending.abort(new HeadgateError('run.cancelled', 'the worker is stopping')), graceMs);
      await runner.stop();
      await Promise.all(atWork);
      clearTimeout(force);
    },
  };
}

/** Whoever lost its worker, or was never woken, is woken. */
async function reap(db: OpenDb): Promise<void> {
  for (const { id } of await abandonedRuns(db, 100)) await wake(db, id);
}

async function carryOut(db: OpenDb, id: string, owner: string, execute: Execute, ending: AbortSignal): Promise<void> {
  const run = await claimRun(db, id, owner);
  if (!run) {
    const [row] = await db.query<{ state: string }>(
      `select state from headgate.runs where id = $1 and state in ('queued', 'retrying')`,
      [id],
    );
    if (row) await wake(db, id, busySeconds);
    return;
  }
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, ending]);
  let lost = false;
  const renewing = everyMs(() => {
    void renewLease(db, id, run.fence).then(
      ({ held, cancelled }) => {
        lost ||= !held;
        if (!held || cancelled)
          stop.abort(new HeadgateError('run.cancelled', held ? 'cancelled on request' : 'another worker has taken over'));
      },
      // The database is away: the lease runs out by itself, and the destination's fence keeps the books right.
      () => undefined,
    );
  }, renewMs);
  const lines = logTo(db, id);
  try {
    const end = await execute(run, { signal, log: lines.log });
    await lines.flush();
    if (lost) return;
    const handedBack = ending.aborted && end.state === 'cancelled';
    await endRun(db, id, run.fence, handedBack ? { ...end, state: 'retrying' } : end);
    if (handedBack) await wake(db, id);
  } catch (error) {
    const { code, message, hint } = asHeadgateError(error, 'running');
    await endRun(db, id, run.fence, { state: 'failed', receipts: [], error: { code, message, hint } });
  } finally {
    clearInterval(renewing);
  }
}

/** One line after the other, in order; what cannot be written does not stop a run. */
function logTo(db: OpenDb, run: string): { readonly log: Log; flush(): Promise<void> } {
  let last: Promise<void> = Promise.resolve();
  const add = (level: 'info' | 'warn', message: string, fields: object = {}): void => {
    last = last.then(() => appendLog(db, run, level, message, fields)).catch(() => undefined);
  };
  return {
    log: { info: (message, fields) => add('info', message, fields), warn: (message, fields) => add('warn', message, fields) },
    flush: async () => await last,
  };
}
