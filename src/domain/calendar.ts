/** Days × hours × minutes on the wall clock of a time zone, through its changes. Pure. */
import { z } from 'zod';
import { duration } from './duration.ts';
import { day, instantOf, isZone, offsetAt } from './zone.ts';

const set = (least: number, most: number) =>
  z
    .array(z.number().int().min(least).max(most))
    .min(1)
    .max(most - least + 1)
    .transform((numbers) => [...new Set(numbers)].toSorted((a, b) => a - b));

export const calendarSpec = z
  .strictObject({
    kind: z.literal('calendar'),
    zone: z.string().max(64).refine(isZone, 'an IANA time zone such as Europe/Berlin').default('UTC'),
    weekdays: set(1, 7).optional().meta({ description: '1 = Monday … 7 = Sunday' }),
    month_days: set(1, 31).optional().meta({ description: 'A day that a month does not have means its last one' }),
    hours: set(0, 23),
    minutes: set(0, 59).default([0]),
    catch_up: duration.default('0s').meta({ description: 'As with intervals' }),
  })
  .refine(({ weekdays, month_days }) => weekdays === undefined || month_days === undefined, {
    error: 'name days of the week or of the month, not both',
    path: ['month_days'],
  });

export type CalendarSchedule = z.output<typeof calendarSpec>;

/** Midnight of the local date on which `local` lies. */
const dateOf = (local: number): number => Math.floor(local / day) * day;

function isWanted({ weekdays, month_days }: CalendarSchedule, date: number): boolean {
  const of = new Date(date);
  if (weekdays) return weekdays.includes(of.getUTCDay() || 7);
  if (!month_days) return true;
  const last = new Date(Date.UTC(of.getUTCFullYear(), of.getUTCMonth() + 1, 0)).getUTCDate();
  return month_days.some((wanted) => Math.min(wanted, last) === of.getUTCDate());
}

/** Every day, week or month has a tick: 62 days hold one of every schedule. */
const horizon = 62;

/** Later wall-clock times never give earlier instants, so the first one behind `at` is found by halving. */
export function nextOfCalendar(schedule: CalendarSchedule, at: number): number {
  const { zone, hours, minutes } = schedule;
  const today = dateOf(at + offsetAt(zone, at));
  const count = hours.length * minutes.length;
  // What the clock leaves out at midnight belongs to the day before.
  for (let date = today - day; date <= today + horizon * day; date += day) {
    if (!isWanted(schedule, date)) continue;
    const found = instantOf(zone, timeOf(schedule, date, firstBehind(schedule, date, at, count - 1)));
    if (found > at) return found;
  }
  throw new Error('a calendar has a tick in every two months');
}

export function lastOfCalendar(schedule: CalendarSchedule, at: number): number {
  const { zone, hours, minutes } = schedule;
  const today = dateOf(at + offsetAt(zone, at));
  const count = hours.length * minutes.length;
  for (let date = today + day; date >= today - horizon * day; date -= day) {
    if (!isWanted(schedule, date)) continue;
    const index = firstBehind(schedule, date, at, count) - 1;
    if (index >= 0) return instantOf(zone, timeOf(schedule, date, index));
  }
  throw new Error('a calendar has a tick in every two months');
}

/** The wall-clock time number `index` of a date. */
function timeOf({ hours, minutes }: CalendarSchedule, date: number, index: number): number {
  const hour = hours[Math.floor(index / minutes.length)] ?? 0;
  const minute = minutes[index % minutes.length] ?? 0;
  return date + (hour * 60 + minute) * 60_000;
}

/** The number of the first time of that date whose instant is behind `at`; `high` where there is none before it. */
function firstBehind(schedule: CalendarSchedule, date: number, at: number, high: number): number {
  let [low, top] = [0, high];
  while (low < top) {
    const middle = Math.floor((low + top) / 2);
    if (instantOf(schedule.zone, timeOf(schedule, date, middle)) > at) top = middle;
    else low = middle + 1;
  }
  return low;
}
