/** Turns what falls due into runs. Any number of schedulers share the work: whoever holds a pipeline's row dispatches it. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../domain/clock.ts';
import { newId } from '../domain/ids.ts';
import { scheduleSpec } from '../domain/pipeline.ts';
import { dueAfter, dueTick, firstDue, spanOf } from '../domain/schedule.ts';
import type { Db, OpenDb } from '../store/db.ts';
import { dispatch, dueRetries, nextEvent, setDue, takeDue, unplanned, type Dispatch, type DuePipeline } from '../store/due.ts';
import { expireReviews } from '../store/runs.ts';
import { wake } from './queue.ts';
import { expireUploads } from './sweeper.ts';
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

export async function startScheduler(db: OpenDb, clock: Clock): Promise<Scheduler> {
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
      const idle = await exclusively(async () => await passAndLook(db, clock)).catch(() => lookMs);
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

/** Resolves to the milliseconds until the next look. */
async function passAndLook(db: OpenDb, clock: Clock): Promise<number> {
  await pass(db, clock.now());
  const next = await nextEvent(db, clock.now());
  return next === undefined ? lookMs : Math.min(lookMs, Math.max(0, next.getTime() - clock.now().getTime()));
}

/** Everything that is due at `now`. Resolves to the number of ticks that became runs. */
export async function pass(db: Db, now: Date): Promise<number> {
  let [all, made] = [0, batch];
  while (made === batch) {
    made = await db.tx(async (tx) => {
      const runs = await dispatch(
        tx,
        (await takeDue(tx, now, batch)).flatMap((pipeline) => ticksOf(pipeline, now)),
      );
      await wake(tx, ...runs);
      return runs.length;
    });
    all += made;
  }
  await expireUploads(db, now);
  await db.tx(async (tx) => {
    for (const run of await expireReviews(tx, now)) await tellEnd(tx, run, now);
  });
  await wake(db, ...(await dueRetries(db, now)));
  return all;
}

/** None for a schedule that this program cannot read: it stays due, and the others go on. */
function ticksOf({ id, schedule: stored, next_due_at }: DuePipeline, now: Date): readonly Dispatch[] {
  const { data: schedule } = scheduleSpec.safeParse(stored);
  if (!schedule) return [];
  const due = dueTick(schedule, next_due_at, now);
  const span = spanOf(schedule, due);
  return [{ run: newId('run'), pipeline: id, due, from: span?.from, to: span?.to, next: dueAfter(schedule, due, now) }];
}

/** A schedule can never be lost silently: an active pipeline without a due time gets the one that it should have. */
async function planMissing(db: Db, now: Date): Promise<void> {
  for (const { id, schedule: stored, last_due_at } of await unplanned(db)) {
    const { data: schedule } = scheduleSpec.safeParse(stored);
    const due = schedule && firstDue(schedule, { now, lastDue: last_due_at ?? undefined });
    if (due) await setDue(db, id, due);
  }
}
