/** What a connection can bear: how many sessions, and when. Pure. */
import { z } from 'zod';
import { day, instantOf, isZone, localAt } from './zone.ts';

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day like 22:30');

const hoursSpec = z.strictObject({
  zone: z.string().max(100).refine(isZone, 'an IANA time zone like Europe/Berlin').default('UTC'),
  windows: z
    .array(
      z.strictObject({
        days: z
          .array(z.number().int().min(1).max(7))
          .min(1)
          .max(7)
          .default([1, 2, 3, 4, 5, 6, 7])
          .meta({ description: 'On which it opens: 1 = Monday' }),
        from: clock,
        to: clock.meta({ description: 'Not later than `from` = on the next day' }),
      }),
    )
    .min(1)
    .max(20),
});

export const connectionPolicy = z.strictObject({
  sessions: z.number().int().min(2).max(1000).optional().meta({ description: 'Most sessions at the same time, over all runs' }),
  hours: hoursSpec.optional().meta({ description: 'When runs may use it; absent: always' }),
});

export type ConnectionPolicy = z.output<typeof connectionPolicy>;
type Hours = NonNullable<ConnectionPolicy['hours']>;

/** Readers of one run where nothing is said. */
const usualReaders = 4;

/** A run holds a session for each of its readers, and one more. */
export function sharesOf({ sessions }: ConnectionPolicy): { readonly readers?: number; readonly runs: number | null } {
  if (sessions === undefined) return { runs: null };
  const readers = Math.min(usualReaders, sessions - 1);
  return { readers, runs: Math.floor(sessions / (readers + 1)) };
}

/** `now` where it is open; else when it opens next. Over changes of the clock windows keep their wall-clock times. */
export function openFrom({ zone, windows }: Hours, now: Date): Date {
  const midnight = Math.floor(localAt(zone, now.getTime()) / day) * day;
  let next = Number.POSITIVE_INFINITY;
  // The window of yesterday may still be open, and one of a single day opens a week from now.
  for (let at = -1; at <= 8; at++) {
    const start = midnight + at * day;
    const weekday = new Date(start).getUTCDay() || 7;
    for (const { days, from, to } of windows) {
      if (!days.includes(weekday)) continue;
      const opens = instantOf(zone, start + timeOf(from));
      const closes = instantOf(zone, start + timeOf(to) + (timeOf(to) <= timeOf(from) ? day : 0));
      if (closes <= now.getTime()) continue;
      next = Math.min(next, Math.max(opens, now.getTime()));
    }
  }
  return new Date(next);
}

const timeOf = (text: string): number => (Number(text.slice(0, 2)) * 60 + Number(text.slice(3))) * 60_000;

/** When a run that uses all of them may go on; undefined = now. */
export function closedUntil(policies: readonly ConnectionPolicy[], now: Date): Date | undefined {
  const hours = policies.flatMap((policy) => policy.hours ?? []);
  let at = now;
  // Each may open when another one is closed: some rounds later they are open together, or another look is taken then.
  for (let round = 0; round < 20; round++) {
    const later = new Date(Math.max(...hours.map((one) => openFrom(one, at).getTime()), at.getTime()));
    if (later.getTime() === at.getTime()) break;
    at = later;
  }
  return at.getTime() === now.getTime() ? undefined : at;
}
