/** How a SQL system says what a derivation needs. Everything else about derivations is the same for all of them. */
import type { Field } from '../../../domain/schema.ts';

/** One attribute of a row: its name as a property, and the JSON text of its value, NULL where it says nothing. */
export interface Piece {
  readonly property: string;
  readonly value: string;
  /** The value itself, where the system makes the same JSON of it. */
  readonly native?: string;
}

export interface Grammar {
  /** How a table that lives as long as the publish is named. */
  temp(name: string): string;
  createTemp(name: string, query: string): string;
  /** At the end of a subquery: its columns are worked out once, however often they are used. */
  readonly apart: string;
  /** The place of a row in its table: later rows have greater ones. */
  readonly place: string;
  /** The JSON text of a value that is not NULL. Numbers keep their digits: decimals and more than 64 bits become strings. */
  json(field: Field, value: string): string;
  /** A value of which the system makes what `json` says; undefined = there is none. */
  native?(field: Field, value: string): string | undefined;
  text(value: string): string;
  /** Has an array that is not NULL more values than `entries`, or one with more characters than `entry`? */
  longList(field: Field, value: string, most: { readonly entries: number; readonly entry: number }): string;
  /** The first 128 bits of the SHA-256, in hexadecimal. */
  digest(text: string): string;
  /** A number of 64 bits: equal for equal texts, and hardly ever for others. */
  hash(text: string, seed: number): string;
  /** All values of a row as one text; columns at its end that are NULL leave no trace. */
  content(columns: readonly string[]): string;
  differs(field: Field, a: string, b: string): string;
  /** The instant of a date or time, without a zone that of UTC, or of a number that counts from 1970. */
  instant(field: Field, value: string, unit: 's' | 'ms' | undefined): string;
  /** The properties that a row writes, as a value that the system's `writeProfiles` understands. `plain`: see `isPlain`. */
  sets(pieces: readonly Piece[], plain: boolean): string;
  /** Names for which the condition holds. */
  names(of: readonly { readonly property: string; readonly when: string }[]): string;
  /** A JSON object as the system stores it. */
  object(pieces: readonly Piece[]): string;
}

/** A transaction of the destination. */
export interface Transaction {
  run(sql: string): Promise<number>;
  /** The first row, every value as text. */
  first(sql: string): Promise<readonly (string | null)[]>;
  /** All rows, every value as text, a bounded number of them at a time. */
  rows(sql: string): AsyncIterable<readonly (string | null)[]>;
}

/** Most rows have no name: asking costs less than making a list of none. */
export const anyOf = (of: readonly { readonly when: string }[]): string => of.map(({ when }) => `(${when})`).join(' or ');

/** Several texts as one, without the NULLs; a function takes 100 arguments at most. */
export function joined(texts: readonly string[]): string {
  if (texts.length === 0) return `''`;
  if (texts.length <= 50) return `concat_ws(',', ${texts.join(', ')})`;
  const parts = Array.from({ length: Math.ceil(texts.length / 50) }, (_, i) => texts.slice(i * 50, i * 50 + 50));
  return joined(parts.map((part) => `nullif(${joined(part)}, '')`));
}
