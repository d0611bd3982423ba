/** What came of a review that a person has ended. */
import type { Json } from '../../domain/json.ts';
import { findReview } from '../../store/reviews.ts';
import type { Ports } from '../operation.ts';

export interface ReviewEnd {
  /** ISO 8601. */
  readonly at: string;
  /** What was found in the rows as they are. */
  readonly result: Json;
  /** The rows that were delivered. */
  readonly file: string;
}

/** Undefined = it has not ended. */
export async function reviewEnd({ db }: Pick<Ports, 'db'>, workspace: number, id: string): Promise<ReviewEnd | undefined> {
  const row = await findReview(db, workspace, id);
  if (!row || row.finished_at === null || row.file_id === null) return undefined;
  return { at: row.finished_at.toISOString(), result: row.result, file: row.file_id };
}
