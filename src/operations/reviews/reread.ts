/** What a person says of the file: it is read anew, and edits go. */
import { HeadgateError } from '../../domain/error.ts';
import type { AssessTask } from '../../domain/run.ts';
import type { Choices, DateChoice } from '../../review/choices.ts';
import type { Layout } from '../../review/plan.ts';
import { insertEdit, lastEdit } from '../../store/reviews.ts';
import type { Ports } from '../operation.ts';
import { requireOpen } from './change.ts';
import { begunBy, forgetRows, makeRows, withReview, type Reviewed } from './open.ts';

export type Said =
  | { readonly sheet: string }
  | { readonly header: number }
  | { readonly mapping: Readonly<Record<string, string | null>>; readonly custom: readonly number[] }
  | { readonly field: string; readonly dates: DateChoice }
  | { readonly field: string; readonly values: Readonly<Record<string, string | null>> };

/** What comes first decides on what comes later: that is asked anew. Pure. */
export function chosen(before: Choices, said: Said): Choices {
  if ('sheet' in said) return { sheet: said.sheet, header: null, mapping: null, custom: null, values: {}, dates: {} };
  if ('header' in said) return { ...before, header: said.header, mapping: null, custom: null, values: {}, dates: {} };
  if ('mapping' in said) return { ...before, mapping: said.mapping, custom: [...said.custom] };
  if ('dates' in said) return { ...before, dates: { ...before.dates, [said.field]: said.dates } };
  return { ...before, values: { ...before.values, [said.field]: { ...before.values[said.field], ...said.values } } };
}

/**
 * Rows before the entry: where hooks throw over what was said, or a rule takes too long, it is not said, since a log whose rows
 * nobody can make could never be opened again. Throws `request.invalid` for what the file does not have, `object.conflict` for a review
 * that has ended or that another server has begun anew meanwhile, and what stands in the way of the rows: `file.format`, `rule.timeout`, `HookError`s.
 */
export async function readAgain(ports: Ports, reviewed: Reviewed, said: Said): Promise<void> {
  const { workspace, id } = reviewed;
  const { db, clock, dataDir } = ports;
  await withReview(ports, reviewed, async (review, { signal, leave }) => {
    requireThere(review.plan.layout, reviewed.task, said);
    const choices = chosen(review.choices, said);
    const expected = (await lastEdit(db, workspace, id)) + 1;
    // Whoever asks meanwhile is told that rows are being made.
    await leave();
    await makeRows(ports, reviewed, { choices, from: expected }, signal);
    const from = await db.tx(async (tx) => {
      await requireOpen(tx, reviewed);
      if ((await begunBy(tx, reviewed)).from !== review.from)
        throw new HeadgateError('object.conflict', 'reading a file: somebody else has it read anew: look again');
      // Another one than expected where another server has written an edit: whoever opens the review makes the rows once more.
      const seq = (await lastEdit(tx, workspace, id)) + 1;
      await insertEdit(tx, workspace, id, { seq, entry: { kind: 'reread', choices }, about: null, at: clock.now() });
      return seq;
    });
    await forgetRows(dataDir, reviewed, from);
  });
}

function requireThere({ sheets, headers, matchable, removed, many, given }: Layout, { unfixed }: AssessTask, said: Said): void {
  const fail = (what: string): never => {
    throw new HeadgateError('request.invalid', `reading a file: ${what}`);
  };
  if ('sheet' in said && !sheets.includes(said.sheet)) fail('it has no such sheet');
  // Hooks take some away once columns have been matched.
  const feedable = new Set([...matchable, ...removed]);
  if ('field' in said && (!matchable.includes(said.field) || given.some(({ key }) => key === said.field)))
    fail('there is no such field');
  if ('dates' in said && !unfixed.includes(said.field)) fail('nobody has to say how this field is read');
  if (!('mapping' in said)) return;
  for (const column of said.custom)
    if (column >= headers.length || (said.mapping[String(column)] ?? null) !== null) fail('no field can be made of this column');
  const fed = new Set<string>();
  for (const [column, key] of Object.entries(said.mapping)) {
    if (!/^\d{1,6}$/.test(column) || Number(column) >= headers.length) fail('it has no such column');
    if (key === null) continue;
    if (!feedable.has(key)) fail('there is no such field');
    if (fed.has(key) && !many.includes(key)) fail('a field that takes one column is given several: choose one of them');
    fed.add(key);
  }
}
