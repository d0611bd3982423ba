/** Every N hours, days, weeks or months from a start, all in UTC: a grid that never drifts. Pure. */
import { z } from 'zod';
import { duration, durationMs } from './duration.ts';

/** An instant as text, with its offset, in the years that every system can write. */
export const instant = z.iso
  .datetime({ offset: true })
  .refine((text) => /^(19[789]|2)\d/.test(text), 'a year from 1970 to 2999')
  .meta({ example: '2026-01-31T06:00:00Z' });

const catchUp = duration
  .default('0s')
  .meta({ description: 'Ticks that were missed within this time are run one by one; of older ones only the newest' });

export const intervalSpec = z
  .strictObject({
    kind: z.literal('interval'),
    every: z.number().int().min(1).max(10_000),
    unit: z.enum(['minutes', 'hours', 'days', 'weeks', 'months']),
    start: instant.meta({ description: 'The grid: months on the 31st mean the last day of shorter months' }),
    after: instant
      .optional()
      .meta({ description: 'Steps up to this one are left out: equal to the start, the first run is one step later' }),
    end: instant.optional().meta({ description: 'The last step, itself included' }),
    delay: duration
      .default('0s')
      .meta({ description: 'Runs start this much after their step; the step stays what they are about' }),
    catch_up: catchUp,
  })
  .refine(({ start, end }) => end === undefined || Date.parse(end) >= Date.parse(start), {
    error: 'the end is before the start',
    path: ['end'],
  });

export type IntervalSchedule = z.output<typeof intervalSpec>;

const minute = 60_000;
const lengths = { minutes: minute, hours: 60 * minute, days: 1440 * minute, weeks: 7 * 1440 * minute } as const;

/** T(k): the step number `k`, counted from the start; also for negative numbers. */
function step({ start, every, unit }: IntervalSchedule, k: number): number {
  const from = Date.parse(start);
  return unit === 'months' ? addMonths(from, k * every) : from + k * every * lengths[unit];
}

/** The same day of the month and time of day; the last day where the month is shorter. */
function addMonths(from: number, months: number): number {
  const date = new Date(from);
  const month = date.getUTCMonth() + months;
  const last = new Date(Date.UTC(date.getUTCFullYear(), month + 1, 0)).getUTCDate();
  const timeOfDay = from - Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate());
  return Date.UTC(date.getUTCFullYear(), month, Math.min(date.getUTCDate(), last)) + timeOfDay;
}

/** The greatest `k` with T(k) <= at; below 0 before the start. */
function indexAt(schedule: IntervalSchedule, at: number): number {
  const { start, every, unit } = schedule;
  if (unit !== 'months') return Math.floor((at - Date.parse(start)) / (every * lengths[unit]));
  const [a, b] = [new Date(start), new Date(at)];
  const months = (b.getUTCFullYear() - a.getUTCFullYear()) * 12 + b.getUTCMonth() - a.getUTCMonth();
  const guess = Math.floor(months / every);
  return step(schedule, guess) <= at ? guess : guess - 1;
}

function bounds(schedule: IntervalSchedule): { readonly first: number; readonly last: number } {
  const { after, end } = schedule;
  return {
    first: after === undefined ? 0 : Math.max(0, indexAt(schedule, Date.parse(after)) + 1),
    last: end === undefined ? Infinity : indexAt(schedule, Date.parse(end)),
  };
}

/** When the first run behind `at` is due. */
export function nextOfInterval(schedule: IntervalSchedule, at: number): number | undefined {
  const delay = durationMs(schedule.delay);
  const { first, last } = bounds(schedule);
  const k = Math.max(first, indexAt(schedule, at - delay) + 1);
  return k > last ? undefined : step(schedule, k) + delay;
}

/** When the newest run was due at `at`. */
export function lastOfInterval(schedule: IntervalSchedule, at: number): number | undefined {
  const delay = durationMs(schedule.delay);
  const { first, last } = bounds(schedule);
  const k = Math.min(last, indexAt(schedule, at - delay));
  return k < first ? undefined : step(schedule, k) + delay;
}

/** The newest step at an instant; undefined before the first. */
export function stepAt(schedule: IntervalSchedule, at: number): number | undefined {
  return at < Date.parse(schedule.start) ? undefined : step(schedule, indexAt(schedule, at));
}

/** The step before, and the step that the run due at `due` is about. */
export function spanOfInterval(schedule: IntervalSchedule, due: number): readonly [from: number, to: number] {
  const k = indexAt(schedule, due - durationMs(schedule.delay));
  return [step(schedule, k - 1), step(schedule, k)];
}
