/** A review in numbers: its stage, its columns, what is wrong, and what would happen if it ended now. */
import { z } from 'zod';
import { endingOf, type Ending } from '../../review/ending.ts';
import type { ReviewCounts } from '../../review/counts.ts';
import type { OpenReview } from '../../review/open-review.ts';
import { columnId, type Layout } from '../../review/plan.ts';
import { fixBlock } from '../../shape/assess/blocks.ts';
import type { Ports } from '../operation.ts';
import { deskKey, deskOf, withReview, type Reviewed } from './open.ts';

export const stages = ['sheet', 'header', 'match', 'values', 'rows'] as const;
export type Stage = (typeof stages)[number];

export const countsShape = z.object({
  rows: z.number(),
  invalid: z.number(),
  warned: z.number(),
  edited: z.number(),
  removed: z.number(),
  byColumn: z.record(z.string(), z.object({ error: z.number(), warning: z.number() })),
});

export const endingShape = z.object({
  deliver: z.number(),
  drop: z.number(),
  blocked: z.boolean(),
  code: z.string().exactOptional().meta({ description: 'Why it cannot end, where it cannot: INVALID_DATA, NO_ROWS' }),
  message: z.string(),
});

/** The fields of a review beside those of its import. */
export interface FoundFields extends Pick<Layout, 'given' | 'matchable' | 'removed'> {
  /** Keys of all there are. */
  readonly order: readonly string[];
}

export interface OpenedReview {
  readonly stage: Stage;
  readonly version: number;
  /** The last entry of the log that has changed a row, or begun anew. */
  readonly edited: number;
  readonly reasons: readonly { readonly code: string; readonly message: string }[];
  readonly sheet: string | null;
  readonly sheets: readonly string[];
  readonly fields: FoundFields;
  readonly columns: readonly { readonly id: string; readonly field: string; readonly part: number }[];
  readonly counts: ReviewCounts;
  readonly undo: number;
  readonly redo: number;
  readonly people: number;
  /** Rows behind the most that the import may have. */
  readonly dropped: number;
  readonly finish: Ending;
}

const noRows: ReviewCounts = { rows: 0, invalid: 0, warned: 0, edited: 0, removed: 0, byColumn: {} };
const notYet: Ending = { deliver: 0, drop: 0, blocked: true, message: 'Say first what the file is' };

/** How long somebody waits for rows that are being made before they are told so. */
const patienceMs = 1500;

/** Undefined while the rows are being made from the original. */
export async function openedReview(ports: Ports, reviewed: Reviewed): Promise<OpenedReview | undefined> {
  const shown = withReview(ports, reviewed, async (review) => await show(ports, reviewed, review));
  if (deskOf(ports).isOpen(deskKey(reviewed))) return await shown;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((done) => {
    timer = setTimeout(() => done(undefined), patienceMs);
  });
  // Whoever asks later is told what went wrong.
  shown.catch(() => undefined);
  return await Promise.race([shown, late]).finally(() => clearTimeout(timer));
}

async function show(ports: Ports, reviewed: Reviewed, review: OpenReview): Promise<OpenedReview> {
  const { plan, choices } = review;
  const counts = review.hasRows ? await review.counts() : noRows;
  return {
    stage: await stageOf(review, reviewed),
    version: review.known,
    edited: review.edited,
    reasons: await reasonsOf(review, reviewed, counts),
    sheet: choices.sheet ?? reviewed.task.sheet,
    sheets: plan.layout.sheets,
    fields: { ...plan.layout, order: plan.schema.fields.map(({ name }) => name) },
    columns: plan.shown.map(({ column, fed }) => ({
      id: columnId(column),
      field: fed.field.name,
      part: fed.columns.indexOf(column),
    })),
    counts,
    ...review.history.counts,
    people: deskOf(ports).peopleAt(deskKey(reviewed)),
    dropped: plan.layout.dropped,
    finish: review.hasRows ? endingOf(counts, reviewed.task) : notYet,
  };
}

/** The first that waits for somebody. */
async function stageOf(review: OpenReview, { mostValues, task }: Reviewed): Promise<Stage> {
  const { layout } = review.plan;
  if (layout.blocks.some(({ code }) => code === 'SHEET_AMBIGUOUS')) return 'sheet';
  if (layout.header === null) return 'header';
  if (layout.blocks.length > 0) return 'match';
  if ((await review.undatedFields(task.unfixed)).length > 0) return 'values';
  return (await review.asksForValues(mostValues)) ? 'values' : 'rows';
}

/** Why it cannot end yet, and what waits for a word. */
async function reasonsOf(review: OpenReview, { task }: Reviewed, counts: ReviewCounts): Promise<OpenedReview['reasons']> {
  const { plan, hasRows } = review;
  if (!hasRows) return plan.layout.blocks;
  const { code, message } = endingOf(counts, task);
  const undated = await review.undatedFields(task.unfixed);
  return [...undated.map(fixBlock), ...(code === undefined ? [] : [{ code, message }])];
}

export const endOf = ({ task }: Reviewed, counts: ReviewCounts): Ending => endingOf(counts, task);
