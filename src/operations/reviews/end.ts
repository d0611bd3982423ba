/** What came of reviews so far. */
import type { Json } from '../../domain/json.ts';
import { findReviews, keepReasons, type Reasons } from '../../store/reviews.ts';
import type { Ports } from '../operation.ts';

export interface ReviewEnd {
  /** ISO 8601. */
  readonly at: string;
  /** What was found in the rows as they are. */
  readonly result: Json;
  /** The rows that were delivered. */
  readonly file: string;
}

export interface Begun {
  /** Absent = it goes on. */
  readonly end?: ReviewEnd;
  /** Why it has not ended, once somebody has changed something, or wanted to end it. */
  readonly reasons?: Reasons;
}

/** Of those among some of which anything can be said: the id of a review → what came of it. */
export async function begunReviews(
  { db }: Pick<Ports, 'db'>,
  workspace: number,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Begun>> {
  const begun = new Map<string, Begun>();
  for (const { id, finished_at, file_id, result, reasons } of await findReviews(db, workspace, ids)) {
    if (finished_at !== null && file_id !== null)
      begun.set(id, { end: { at: finished_at.toISOString(), result, file: file_id } });
    else if (reasons) begun.set(id, { reasons });
  }
  return begun;
}

/** Once something was changed, whoever asks hears what its reviewer sees. A hook's word against the end stays until then. */
export async function hearReasons(
  { db }: Pick<Ports, 'db'>,
  { workspace, id, known }: { readonly workspace: number; readonly id: string; readonly known: Partial<Reasons> },
  reasons: Reasons,
): Promise<void> {
  if (reasons.version === 0 || known.version === reasons.version) return;
  const codes = ({ blocks = [] }: Partial<Reasons>): string => blocks.map(({ code }) => code).join();
  if (known.version !== undefined && codes(known) === codes(reasons)) return;
  await keepReasons(db, workspace, id, reasons);
}
