/** An edit, an undo or a redo: written into the log and into the rows, or neither. */
import { HeadgateError } from '../../domain/error.ts';
import type { ReviewCounts } from '../../review/counts.ts';
import type { Edit, Entry, Hooked } from '../../review/edit.ts';
import { requireAllowed, type EditLimits } from '../../review/limits.ts';
import { StaleEdit, type Pending } from '../../review/apply.ts';
import type { OpenReview } from '../../review/open-review.ts';
import type { ShownRow } from '../../review/windows.ts';
import type { Db } from '../../store/db.ts';
import { holdReview, insertEdit } from '../../store/reviews.ts';
import type { Ports } from '../operation.ts';
import { changeOf, freshen, withReview, type Reviewed } from './open.ts';

export interface Wanted {
  /** What whoever changes has seen. */
  readonly version: number;
  /** Made of what is there at that moment. Throws `request.invalid`. */
  entry(review: OpenReview): Promise<Edit> | Edit;
}

/** Nothing was changed: somebody else has changed the same meanwhile. */
export interface Stale {
  readonly version: number;
  readonly stale: StaleEdit;
  /** As it is now. */
  readonly row: ShownRow | undefined;
}

export interface Changed {
  readonly version: number;
  readonly edit: number;
  readonly rows: readonly ShownRow[];
  readonly counts: ReviewCounts;
  readonly undo: number;
  readonly redo: number;
}

/** Rows of an answer. */
const told = 200;

/** Throws `request.invalid`, `object.conflict` for a review that has ended, `StaleEdit`. */
export async function changeRows(
  ports: Ports,
  reviewed: Reviewed,
  limits: EditLimits,
  { version, entry }: Wanted,
): Promise<Changed | Stale> {
  return await changed(ports, reviewed, async (review) => {
    const made = await entry(review);
    requireAllowed(review.plan, made, limits);
    return { entry: made, about: null, version };
  });
}

/** Whoever has not seen the last change does not undo it. Throws `request.invalid` where there is nothing to undo. */
export async function turnBack(
  ports: Ports,
  reviewed: Reviewed,
  kind: 'undo' | 'redo',
  version: number,
): Promise<Changed | Stale> {
  return await changed(ports, reviewed, ({ history }) => {
    const of = history.next(kind);
    if (of === undefined) throw new HeadgateError('request.invalid', `there is nothing to ${kind}`);
    return Promise.resolve({ entry: { kind, of }, about: of, version });
  });
}

async function changed(
  ports: Ports,
  reviewed: Reviewed,
  make: (review: OpenReview) => Promise<Writing>,
): Promise<Changed | Stale> {
  const made = await withReview(ports, reviewed, async (review) => {
    try {
      return await write(ports, reviewed, review, async () => await make(review));
    } catch (error) {
      if (!(error instanceof StaleEdit)) throw error;
      const [row] = await review.rows([error.row]);
      return { version: review.known, stale: error, row };
    }
  });
  if ('stale' in made) return made;
  return await withReview(ports, reviewed, async (review) => await answer(review, made));
}

export interface Writing {
  readonly entry: Exclude<Entry, { kind: 'reread' }>;
  readonly about: number | null;
  /** Absent = it goes by no version, and hooks have their say already: `hooked`. */
  readonly version?: number;
  readonly hooked?: Hooked;
}

/** The log first: a process that dies behind its commit finds the entry there, and one that dies before it has done nothing. */
export async function write(
  { db, clock }: Pick<Ports, 'db' | 'clock'>,
  reviewed: Reviewed,
  review: OpenReview,
  make: () => Promise<Writing>,
): Promise<{ readonly seq: number; readonly rows: readonly number[] }> {
  const { workspace, id } = reviewed;
  let pending: Pending | undefined;
  try {
    const { seq, rows } = await db.tx(async (tx) => {
      await requireOpen(tx, reviewed);
      await freshen(tx, reviewed, review);
      const { entry, about, version, hooked: said } = await make();
      const seq = review.known + 1;
      pending = await review.begin({ ...changeOf({ seq, entry }), hooked: said }, version);
      const { hooked } = pending;
      await insertEdit(tx, workspace, id, { seq, entry: { ...entry, ...(hooked && { hooked }) }, about, at: clock.now() });
      return { seq, rows: pending.rows };
    });
    // It stands in the log by now: rows that do not have it get it from there, and nobody makes it twice.
    await pending?.commit().catch(() => undefined);
    return { seq, rows };
  } catch (error) {
    // Where the log has it nevertheless, it is found there.
    await pending?.rollback();
    throw error;
  }
}

/** Throws `object.conflict`, `object.missing`. */
export async function requireOpen(tx: Db, { workspace, id }: Reviewed): Promise<void> {
  const row = await holdReview(tx, workspace, id);
  if (!row) throw new HeadgateError('object.missing', 'there is no such review');
  if (row.finished_at !== null) throw new HeadgateError('object.conflict', 'this review has ended');
}

async function answer(
  review: OpenReview,
  { seq, rows }: { readonly seq: number; readonly rows: readonly number[] },
): Promise<Changed> {
  return {
    version: seq,
    edit: seq,
    rows: await review.rows(rows.slice(0, told)),
    counts: await review.counts(),
    ...review.history.counts,
  };
}
