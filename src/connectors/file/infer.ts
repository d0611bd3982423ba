/**
 * Types of text columns, found over all their values in one pass. A type is chosen only where every value of the column
 * reads back as it was written: leading zeros, plus signs, long integers, exponents and local dates stay text.
 */
import type { LogicalType } from '../../domain/types.ts';
import { quoteText } from '../../sdk/duck-sql.ts';

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

/** Aggregates of one column: its bits, the most digits before and behind a decimal point. */
export function evidence(text: string): readonly [string, string, string] {
  const point = `instr(${text}, '.')`;
  const whole = `case when ${point} > 0 then ${point} - 1 else strlen(${text}) end`;
  const fraction = `case when ${point} > 0 then strlen(${text}) - ${point} else 0 end`;
  return [`bit_and(${bits(text)})`, `max(${whole})`, `max(${fraction})`];
}

export interface Evidence {
  /** NULL where no row had a value. */
  readonly bits: string | null;
  readonly whole: string | null;
  readonly fraction: string | null;
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
