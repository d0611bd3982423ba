/**
 * Types of text columns, found over all their values in one pass. A type is chosen only where every value of the column
 * reads back as it was written: leading zeros, plus signs, long integers, exponents and local dates stay text.
 */
import type { LogicalType } from '../domain/types.ts';
import { duckType, quoteText } from './duck-sql.ts';

/** What a column's values can all be, as bits, so that the database can join them with `bit_and`. */
const can = { boolean: 1, integer: 2, decimal: 4, date: 8, timestamp: 16, timestamptz: 32, uuid: 64, local: 128 } as const;

const day = String.raw`\d{4}-\d\d-\d\d`;
const clock = String.raw`[ T]\d\d:\d\d:\d\d(\.\d{1,6})?`;
const zone = String.raw`(Z|[+-]\d\d(:?\d\d)?)`;

/** Day and month in the order of some country. */
const localDay = String.raw`\d{1,2}([/.-])\d{1,2}[/.-](\d{4}|\d\d)([ T].*)?`;

/** Past this a value is no number, date or uuid of ours, and no pattern is tried. */
const longest = 40;

/** Precision up to which a decimal is a 64-bit number in most systems. */
const shortDecimal = 18;
const longDecimal = 38;

const matches = (text: string, pattern: string): string => `regexp_full_match(${text}, ${quoteText(pattern)})`;

/** The bits of one value: an expression over its text. */
function bits(text: string): string {
  const number = [
    `when ${matches(text, String.raw`0|-?[1-9]\d{0,17}`)} then ${can.integer | can.decimal}`,
    `when ${matches(text, String.raw`-?(0|[1-9]\d*)\.\d+`)} then ${can.decimal}`,
    `when ${matches(text, day)} and try_cast(${text} as DATE) is not null then ${can.date | can.timestamp}`,
    `when ${matches(text, day + clock)} and try_cast(${text} as TIMESTAMP) is not null then ${can.timestamp}`,
    `when ${matches(text, localDay)} then ${can.local}`,
    `when ${matches(text, day + clock + zone)} and try_cast(${text} as TIMESTAMPTZ) is not null then ${can.timestamptz}`,
  ];
  const first = `ascii(${text})`;
  const uuid = `strlen(${text}) = 36 and ${matches(text, '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}')}`;
  return (
    `case when ${text} is null then null when strlen(${text}) > ${longest} then 0 ` +
    `when ${uuid} then ${can.uuid} ` +
    `when lower(${text}) in ('true', 'false') then ${can.boolean} ` +
    `when ${first} = 45 or ${first} between 48 and 57 then case ${number.join(' ')} else 0 end else 0 end`
  );
}

/** What is known of each value that passes a cheap test: a `Shortcut` finds the same as the patterns, sooner. */
export interface Shortcut {
  /** Over the text; a value that does not pass is looked at in full. */
  readonly test: string;
  readonly bits: number;
  readonly whole: string;
  readonly fraction: string;
}

/** Characters before and behind a decimal point, a sign among them. */
function lengthsOf(text: string): { readonly whole: string; readonly fraction: string } {
  const point = `instr(${text}, '.')`;
  return {
    whole: `case when ${point} > 0 then ${point} - 1 else strlen(${text}) end`,
    fraction: `case when ${point} > 0 then strlen(${text}) - ${point} else 0 end`,
  };
}

/**
 * Aggregates of one column: its bits, the most digits before and behind a decimal point. `shortcut.test` may name a column that
 * holds its answer. With and without one the bits are the same, and so are the digits of a column that can be decimal.
 */
export function evidence(text: string, shortcut?: Shortcut): readonly [string, string, string] {
  const { whole, fraction } = lengthsOf(text);
  const or = (known: string | number | undefined, full: string): string =>
    shortcut === undefined ? full : `case when ${shortcut.test} then ${known} else ${full} end`;
  return [
    `bit_and(${or(shortcut?.bits, bits(text))})`,
    `max(${or(shortcut?.whole, whole)})`,
    `max(${or(shortcut?.fraction, fraction)})`,
  ];
}

export interface Evidence {
  /** NULL where no row had a value. */
  readonly bits: string | null;
  readonly whole: string | null;
  readonly fraction: string | null;
}

/** The aggregates of one column among the values of a row. */
export function evidenceAt(row: readonly (string | null)[], at: number): Evidence {
  return { bits: row[at] ?? null, whole: row[at + 1] ?? null, fraction: row[at + 2] ?? null };
}

/** Is some value such that the column is text, whatever the others are? */
export const isText = ({ bits: found }: Evidence): boolean => found === '0';

/** Is the text what DuckDB writes for its value in this type? */
const sameAs =
  (text: string) =>
  (native: string): string =>
    `cast(try_cast(${text} as ${native}) as VARCHAR) = ${text}`;

/**
 * The test that most values of a column pass, judging by those of a sample: a cast forth and back, several times cheaper than a
 * pattern. Only texts that the cast leaves as they are pass, so each has just the bits that its pattern would give it.
 */
export function shortcutOf(text: string, sample: Evidence, same = sameAs(text)): Shortcut | undefined {
  const mask = Number(sample.bits ?? 0); // a bit mask: a small number, not a row value
  const known = (found: number, test: string): Shortcut => ({ test, bits: found, whole: '0', fraction: '0' });
  const seconds = `${text}[20]`;
  if (mask & can.boolean) return known(can.boolean, `${text} in ('true', 'false')`);
  if (mask & can.integer) {
    // 18 digits and a sign: longer ones are looked at.
    const short = `(strlen(${text}) <= 18 and ${same('BIGINT')})`;
    return { test: short, bits: can.integer | can.decimal, whole: `strlen(${text})`, fraction: '0' };
  }
  if (mask & can.decimal) return decimalShortcut(text, sample, same);
  if (mask & can.date) return known(can.date | can.timestamp, `(strlen(${text}) = 10 and ${same('DATE')})`);
  if (mask & can.timestamp) {
    const shape = `strlen(${text}) between 19 and 26 and ${seconds} in ('', '.')`;
    return known(can.timestamp, `(${shape} and ${same('TIMESTAMP')})`);
  }
  if (mask & can.timestamptz) {
    const shape = `strlen(${text}) between 22 and 29 and ends_with(${text}, '+00') and ${seconds} in ('+', '.')`;
    return known(can.timestamptz, `(${shape} and ${same('TIMESTAMPTZ')})`);
  }
  return mask & can.uuid ? known(can.uuid, `(strlen(${text}) = 36 and ${same('UUID')})`) : undefined;
}

/** For the numbers with as many digits behind the point as the longest of the sample has. */
function decimalShortcut(text: string, { fraction }: Evidence, same: (native: string) => string): Shortcut | undefined {
  const scale = Number(fraction ?? 0);
  // Room for a digit before the point: where there is none, DuckDB writes none.
  if (scale < 1 || scale >= longDecimal) return undefined;
  const precision = scale < shortDecimal ? shortDecimal : longDecimal;
  const test = same(`DECIMAL(${precision},${scale})`);
  return { test, bits: can.decimal, whole: `strlen(${text}) - ${scale + 1}`, fraction: String(scale) };
}

/**
 * Does a text leave a column as it is whose type `typeOf` found in a sample? SQL over the text, NULL for NULL: where it holds for
 * every other value of the column, the evidence of all of them is of this type too. `again` = the text of its value, as DuckDB
 * writes it. A column without a value in the sample has no type yet: any value changes it.
 */
export function staysOf(type: LogicalType, text: string, again: string): string {
  const bit = bitOf(type);
  if (bit === undefined) return `${text} is null`;
  const [precision, scale] = type.kind === 'decimal' ? [type.precision ?? longDecimal, type.scale ?? 0] : [0, 0];
  const same = (native: string): string => (native === duckType(type) ? `${again} = ${text}` : sameAs(text)(native));
  const shortcut = shortcutOf(text, { bits: String(bit), whole: null, fraction: String(scale) }, same);
  const full = `(${bits(text)} & ${bit}) > 0`;
  if (type.kind !== 'decimal') return shortcut ? `case when ${shortcut.test} then true else ${full} end` : full;
  const { whole, fraction } = lengthsOf(text);
  const fits = `${full} and ${whole} <= ${precision - scale} and ${fraction} <= ${scale}`;
  // What passes has just this scale, and a point before it.
  return shortcut ? `case when ${shortcut.test} then strlen(${text}) <= ${precision + 1} else ${fits} end` : fits;
}

/** The bit of the types that `typeOf` answers; text has none. */
function bitOf(type: LogicalType): number | undefined {
  if (type.kind === 'timestamp') return type.zone ? can.timestamptz : can.timestamp;
  const { kind } = type;
  return kind === 'boolean' || kind === 'integer' || kind === 'decimal' || kind === 'date' || kind === 'uuid'
    ? can[kind]
    : undefined;
}

/** Are all values dates whose day and month only their writer can tell apart? They stay text. */
export const isLocalDate = (found: Evidence | undefined): boolean => (Number(found?.bits ?? 0) & can.local) !== 0;

/** The narrowest type that every value has; text where there is none. */
export function typeOf({ bits: found, whole, fraction }: Evidence): LogicalType {
  const mask = Number(found ?? 0); // a bit mask and lengths of texts: small numbers, not row values
  const scale = Number(fraction ?? 0);
  const digits = Number(whole ?? 0) + scale;
  if (mask & can.boolean) return { kind: 'boolean' };
  if (mask & can.integer) return { kind: 'integer', bits: 64 };
  if (mask & can.decimal && digits <= longDecimal) {
    return { kind: 'decimal', precision: digits <= shortDecimal ? shortDecimal : longDecimal, scale };
  }
  if (mask & can.date) return { kind: 'date' };
  if (mask & can.timestamp) return { kind: 'timestamp', zone: false };
  if (mask & can.timestamptz) return { kind: 'timestamp', zone: true };
  if (mask & can.uuid) return { kind: 'uuid' };
  return { kind: 'text' };
}
