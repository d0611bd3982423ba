/** What others have changed: asked for until there is something. */
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { findReview, lastEdit } from '../../store/reviews.ts';
import type { Ports } from '../operation.ts';
import { deskKey, deskOf, withReview, type Reviewed } from './open.ts';

export const newsShape = z.object({
  version: z.number(),
  rows: z.union([z.array(z.number()), z.literal('all')]),
  people: z.number(),
  ended: z.boolean(),
});

export type News = z.input<typeof newsShape>;

const patienceMs = 25_000;
const everyMs = 400;

export interface Known {
  readonly after: number;
  /** How many others look on; absent = that is no news. */
  readonly people?: number | undefined;
}

/** Resolves at once where there is news, else after a while without. An aborted `signal` ends it. */
export async function newsAfter(
  ports: Ports,
  reviewed: Reviewed,
  { after, people: seen }: Known,
  signal: AbortSignal,
): Promise<News> {
  const key = deskKey(reviewed);
  const leave = deskOf(ports).enter(key);
  const { workspace, id } = reviewed;
  try {
    const until = performance.now() + patienceMs;
    for (;;) {
      const people = deskOf(ports).peopleAt(key);
      const row = await findReview(ports.db, workspace, id);
      if (!row || row.finished_at !== null) return { version: after, rows: [], people, ended: true };
      if ((await lastEdit(ports.db, workspace, id)) > after)
        return { ...(await changedAfter(ports, reviewed, after)), people, ended: false };
      const isOther = seen !== undefined && seen !== people;
      if (isOther || performance.now() >= until || signal.aborted) return { version: after, rows: [], people, ended: false };
      await wait(everyMs, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    leave();
  }
}

async function changedAfter(ports: Ports, reviewed: Reviewed, after: number): Promise<Pick<News, 'version' | 'rows'>> {
  return await withReview(ports, reviewed, async (review) => {
    const rows = after < review.from || !review.hasRows ? 'all' : await review.changedAfter(after);
    return { version: review.known, rows: rows === 'all' ? rows : [...rows] };
  });
}
