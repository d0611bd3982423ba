/** Turns what falls due into runs. Any number of schedulers share the work: whoever holds a pipeline's row dispatches it. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../domain/clock.ts';
import { newId } from '../domain/ids.ts';
import { scheduleSpec } from '../domain/pipeline.ts';
import { isDone, rangePolicy } from '../domain/range.ts';
import { dueAfter, dueTick, firstDue, nextTick, spanOf } from '../domain/schedule.ts';
import { silentLog, type ProcessLog } from '../observe/log.ts';
import type { Db, OpenDb } from '../store/db.ts';
import {
  dispatch,
  dueRetries,
  firstEvent,
  nextEvent,
  setDue,
  skipTicks,
  takeDue,
  unplanned,
  type Dispatch,
  type TakenPipeline,
} from '../store/due.ts';
import { insertRunRanges } from '../store/ranges.ts';
import { expireReviews } from '../store/runs.ts';
import { wake } from './queue.ts';
import { expireUploads, type Expired } from './sweeper.ts';
import { tellEnd } from './tell.ts';

/** Nobody tells a scheduler about new due times: it looks for them as often as this. */
const lookMs = 1_000;
/** Of one transaction. */
const batch = 1000;

export interface Scheduler {
  /** Alone: no pass of this scheduler happens meanwhile, but those that `work` makes. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  /** Waits for the pass at work. */
  stop(): Promise<void>;
}

export async function startScheduler(
  db: OpenDb,
  clock: Clock,
  log: ProcessLog = silentLog,
  expired?: Expired,
): Promise<Scheduler> {
  await planMissing(db, clock.now());
  const ending = new AbortController();
  let last: Promise<unknown> = Promise.resolve();
  const exclusively = async <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return await turn;
  };
  const loop = (async (): Promise<void> => {
    while (!ending.signal.aborted) {
      // The database is away: what is due stays due.
      const idle = await exclusively(async () => await look(db, clock, log, expired)).catch(() => lookMs);
      await wait(idle, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  })();
  return {
    exclusively,
    async stop() {
      ending.abort();
      await loop;
    },
  };
}

/** Passes where something is due. Resolves to the milliseconds until the next look. */
export async function look(db: OpenDb, clock: Clock, log: ProcessLog = silentLog, expired?: Expired): Promise<number> {
  const now = clock.now();
  // Mostly nothing is: one statement says so.
  let next = await firstEvent(db, now);
  if (next !== undefined && next <= now) {
    await pass(db, now, log, expired);
    // What falls due while the pass goes on lies behind its own time.
    next = await nextEvent(db, now);
  }
  return next === undefined ? lookMs : Math.min(lookMs, Math.max(0, next.getTime() - clock.now().getTime()));
}

/** Everything that is due at `now`. Resolves to the number of ticks that became runs. */
export async function pass(db: Db, now: Date, log: ProcessLog = silentLog, expired?: Expired): Promise<number> {
  let [all, taken] = [0, batch];
  while (taken === batch) {
    const made = await db.tx(async (tx) => {
      const pipelines = await takeDue(tx, now, batch);
      taken = pipelines.length;
      const ticks = pipelines.flatMap((pipeline) => ticksOf(pipeline, now));
      for (const { id, busy } of pipelines) {
        if (busy) log.say('info', 'a tick was left out: a run of its pipeline has not ended', { pipeline: id });
      }
      await skipTicks(
        tx,
        ticks.filter(({ passes }) => passes),
      );
      const wanted = ticks.filter(({ passes }) => !passes);
      const runs = new Set(await dispatch(tx, wanted));
      const started = wanted.filter(({ run }) => runs.has(run));
      await insertRunRanges(
        tx,
        started.map(({ run, due, from, to }) => ({ run, logicalAt: from ?? due, upTo: to ?? due })),
      );
      await wake(tx, ...runs);
      return runs.size;
    });
    all += made;
  }
  await expireUploads(db, now, expired);
  await db.tx(async (tx) => {
    for (const run of await expireReviews(tx, now)) await tellEnd(tx, run, now);
  });
  await wake(db, ...(await dueRetries(db, now)));
  return all;
}

interface Tick extends Dispatch {
  /** Without a run. */
  readonly passes: boolean;
}

/** None for a schedule that this program cannot read: it stays due, and the others go on. */
function ticksOf({ id, schedule: stored, next_due_at, faulty, busy, range, done_to }: TakenPipeline, now: Date): readonly Tick[] {
  const { data: schedule } = scheduleSpec.safeParse(stored);
  if (!schedule) return [];
  const due = dueTick(schedule, next_due_at, now);
  const span = spanOf(schedule, due);
  const passes = faulty || busy || (range !== null && isDone(rangePolicy.parse(range), done_to, span?.to ?? due));
  // All that have come due during a fault are dropped at once.
  const next = faulty ? nextTick(schedule, now) : dueAfter(schedule, due, now);
  return [{ run: newId('run'), pipeline: id, due, from: span?.from, to: span?.to, next, passes }];
}

/** A schedule can never be lost silently: an active pipeline without a due time gets the one that it should have. */
async function planMissing(db: Db, now: Date): Promise<void> {
  for (const { id, schedule: stored, last_due_at } of await unplanned(db)) {
    const { data: schedule } = scheduleSpec.safeParse(stored);
    const due = schedule && firstDue(schedule, { now, lastDue: last_due_at ?? undefined });
    if (due) await setDue(db, id, due);
  }
}
