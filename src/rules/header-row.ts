/** Which row of a file has the names of its columns. Pure. */
import { wordsOf } from './matching.ts';

export interface HeaderRow {
  readonly row: number;
  /** From 0 to 1. */
  readonly confidence: number;
}

/** Titles and remarks stand above, hardly more of them. */
const mostAbove = 20;
const leastConfidence = 0.7;

const isValue = (cell: string): boolean =>
  /^[-+(€$£\s]*[\d.,]+\s*[%)€kKmM]*$/.test(cell) || /^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}/.test(cell) || /^\S+@\S+\.\S+$/.test(cell);

type Rows = readonly (readonly (string | null)[])[];

const filledCells = (rows: Rows): readonly (readonly string[])[] =>
  rows.slice(0, mostAbove).map((row) => row.map((cell) => cell?.trim() ?? '').filter((cell) => cell !== ''));

/**
 * `rows` = the first ones, as texts. `names` = what columns may be called: a row with half of its cells among them is one of names.
 * `shown` = as people see the same rows: a day that is spelled out looks like a name. Undefined = no row is likely to be.
 */
export function headerRow(rows: Rows, names: readonly string[], shown = rows): HeaderRow | undefined {
  const cells = filledCells(rows);
  const known = new Set(names.map((name) => wordsOf(name).join('')));
  const named = filledCells(shown).findIndex(
    (row) => row.length > 0 && row.filter((cell) => known.has(wordsOf(cell).join(''))).length * 2 >= row.length,
  );
  if (named >= 0) return { row: named, confidence: 1 };
  const width = Math.max(1, ...cells.map((row) => row.length));
  for (const [at, row] of cells.entries()) {
    const isLast = cells.slice(at + 1).every((next) => next.length === 0);
    if (row.length === 0 || isLast) continue;
    const confidence =
      (row.length / width) * (new Set(row).size / row.length) * (row.filter((cell) => !isValue(cell)).length / row.length);
    if (confidence >= leastConfidence) return { row: at, confidence };
    // Names stand above the values: below a full row of those there are none.
    if (row.length === width) return undefined;
  }
  return undefined;
}
