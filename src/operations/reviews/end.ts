/** What came of a review that a person has ended. */
import type { Json } from '../../domain/json.ts';
import { findReviews } from '../../store/reviews.ts';
import type { Ports } from '../operation.ts';

export interface ReviewEnd {
  /** ISO 8601. */
  readonly at: string;
  /** What was found in the rows as they are. */
  readonly result: Json;
  /** The rows that were delivered. */
  readonly file: string;
}

/** Of those among some that have ended: the id of a review → what came of it. */
export async function reviewEnds(
  { db }: Pick<Ports, 'db'>,
  workspace: number,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ReviewEnd>> {
  const ends = new Map<string, ReviewEnd>();
  for (const { id, finished_at, file_id, result } of await findReviews(db, workspace, ids))
    if (finished_at !== null && file_id !== null) ends.set(id, { at: finished_at.toISOString(), result, file: file_id });
  return ends;
}
