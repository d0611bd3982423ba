/** How far events and users have been posted on, and when the next attempt is made. Pure. */
import { z } from 'zod';

/** What a position is about: rows of one import in one of the tables that derivations write. */
export const forwarded = ['events', 'profiles'] as const;
export type Forwarded = (typeof forwarded)[number];

/** The last row that was taken, in the order of its publish and of its name. */
const mark = z.object({ seq: z.string().regex(/^\d+$/), id: z.string() });
export type Mark = z.output<typeof mark>;

/** By import; absent = nothing yet. */
export const marks = z.record(z.string(), z.partialRecord(z.enum(forwarded), mark));
export type Marks = z.output<typeof marks>;

export function marked(before: Marks, of: string, what: Forwarded, to: Mark): Marks {
  return { ...before, [of]: { ...before[of], [what]: to } };
}

const [firstMs, longestMs] = [1000, 600_000];

/** Twice as long after each failure, up to ten minutes: what is to be forwarded is never given up. `random` is from 0 to 1. */
export function nextAttempt(failures: number, now: Date, random: number): Date {
  const wait = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 20));
  return new Date(now.getTime() + wait * (0.8 + random * 0.4));
}

/** On every batch of a pipeline. */
export const forwardLabels = z.strictObject({
  environment: z.string().max(100).optional(),
  data_plan: z.string().max(300).optional(),
  data_plan_version: z.string().max(20).optional(),
  feed: z.string().max(300).optional(),
});

export type ForwardLabels = z.output<typeof forwardLabels>;
