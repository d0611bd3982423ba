/** What a destination has to hold after some runs, from what the source held at each of them. Pure. */
import type { Mode } from './scenario.ts';

/** One row: its key, and a digest of all its values. */
export interface Row {
  readonly key: string;
  readonly digest: string;
}

/** What the source showed when a run read it: one entry per run, however often it was killed and repeated. */
export type History = readonly (readonly Row[])[];

/** Every row that must be there, as often as it must be there. */
export function expectedRows(mode: Mode, history: History): readonly Row[] {
  switch (mode) {
    case 'snapshot × replace':
    case 'snapshot × mirror':
      return history.at(-1) ?? [];
    case 'snapshot × append':
      return history.flat();
    case 'snapshot × merge':
    case 'incremental × merge':
      return [...new Map(history.flat().map((row) => [row.key, row])).values()];
    case 'incremental × append':
      // Each version of a row that a run saw, once: versions that were read again are no new rows.
      return [...new Map(history.flat().map((row) => [nameOf(row), row])).values()];
  }
}

export interface Difference {
  /** Rows that are missing, and rows that are there once too often, by key. */
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
}

export function differenceOf(expected: readonly Row[], actual: readonly Row[]): Difference {
  const balance = new Map<string, number>();
  for (const row of expected) balance.set(nameOf(row), (balance.get(nameOf(row)) ?? 0) + 1);
  for (const row of actual) balance.set(nameOf(row), (balance.get(nameOf(row)) ?? 0) - 1);
  const those = (sign: 1 | -1): string[] =>
    [...balance].flatMap(([name, count]) => Array<string>(Math.max(0, count * sign)).fill(name.split(' ')[0] ?? ''));
  return { lost: those(1), doubled: those(-1) };
}

export const isEmpty = ({ lost, doubled }: Difference): boolean => lost.length + doubled.length === 0;

const nameOf = ({ key, digest }: Row): string => `${key} ${digest}`;
