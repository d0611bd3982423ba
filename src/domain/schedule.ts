/** When a pipeline runs: every decision about time as a pure function, with the clock passed in. */
import { lastOfCalendar, nextOfCalendar } from './calendar.ts';
import { durationMs } from './duration.ts';
import { lastOfInterval, nextOfInterval, spanOfInterval, stepAt } from './interval.ts';
import type { Schedule } from './pipeline.ts';

/** What a run is about: the time between its tick and the one before. */
export interface Span {
  readonly from: Date;
  readonly to: Date;
}

/** What lies behind a pipeline when its schedule starts to count. */
export interface Past {
  readonly now: Date;
  /** When the last tick that was dispatched was due; absent = there was none. */
  readonly lastDue?: Date | undefined;
}

/** Kinds whose ticks stand on a grid that was there before the pipeline. */
type Grid = Extract<Schedule, { readonly kind: 'interval' | 'calendar' }>;

/** The first tick behind an instant; undefined = there is none any more. */
export function nextTick(schedule: Schedule, after: Date): Date | undefined {
  switch (schedule.kind) {
    case 'interval':
      return dateOf(nextOfInterval(schedule, after.getTime()));
    case 'calendar':
      return dateOf(nextOfCalendar(schedule, after.getTime()));
    case 'every':
      return dateOf(after.getTime() + durationMs(schedule.period));
    case 'once':
    case 'manual':
    case 'after':
      return undefined;
  }
}

/**
 * The first due time of a pipeline that becomes active or gets another schedule. The very first time an interval may reach back
 * as far as it catches up; ticks that passed while the pipeline was paused are not made up for.
 */
export function firstDue(schedule: Schedule, { now, lastDue }: Past): Date | undefined {
  switch (schedule.kind) {
    case 'interval':
    case 'calendar':
      return nextTick(schedule, lastDue ? later(lastDue, now) : new Date(now.getTime() - durationMs(schedule.catch_up) - 1));
    case 'every':
      return lastDue ? later(now, nextTick(schedule, lastDue) ?? now) : now;
    case 'once': {
      const at = schedule.at === undefined ? undefined : new Date(schedule.at);
      const done = lastDue !== undefined && (at === undefined || lastDue >= at);
      return done ? undefined : (at ?? now);
    }
    case 'manual':
    case 'after':
      return undefined;
  }
}

/**
 * Which tick is dispatched at `now` for a pipeline that was due at `due`: that one, or a later one where it is older than what is
 * caught up. Of ticks that are too old for that the newest still runs, so a pipeline never misses more than it must.
 */
export function dueTick(schedule: Schedule, due: Date, now: Date): Date {
  if (schedule.kind !== 'interval' && schedule.kind !== 'calendar') return due;
  const oldest = now.getTime() - durationMs(schedule.catch_up);
  if (due.getTime() >= oldest) return due;
  const caught = nextTick(schedule, new Date(oldest - 1));
  return caught && caught <= now ? later(caught, due) : later(newestTick(schedule, now) ?? due, due);
}

/** The due time that follows a dispatch. `every` counts from the dispatch itself, all others from the tick. */
export function dueAfter(schedule: Schedule, dispatched: Date, now: Date): Date | undefined {
  return nextTick(schedule, schedule.kind === 'every' ? later(dispatched, now) : dispatched);
}

/** What the run of a tick is about; undefined for kinds whose ticks have no predecessor of their own. */
export function spanOf(schedule: Schedule, due: Date): Span | undefined {
  if (schedule.kind === 'interval') {
    const [from, to] = spanOfInterval(schedule, due.getTime());
    return { from: new Date(from), to: new Date(to) };
  }
  if (schedule.kind !== 'calendar') return undefined;
  return { from: new Date(lastOfCalendar(schedule, due.getTime() - 1)), to: due };
}

/** What a run is called after that somebody asked for at an instant: the interval that was open then, or the instant itself. */
export function openingAt(schedule: Schedule, now: Date): Date {
  const opened = schedule.kind === 'interval' ? stepAt(schedule, now.getTime()) : undefined;
  return opened === undefined ? now : new Date(opened);
}

function newestTick(schedule: Grid, at: Date): Date | undefined {
  return dateOf(schedule.kind === 'interval' ? lastOfInterval(schedule, at.getTime()) : lastOfCalendar(schedule, at.getTime()));
}

const later = (a: Date, b: Date): Date => (a > b ? a : b);

/** Nothing is planned for times that our state cannot write. */
const lastInstant = Date.UTC(9999, 0);

const dateOf = (ms: number | undefined): Date | undefined => (ms === undefined || !(ms < lastInstant) ? undefined : new Date(ms));
