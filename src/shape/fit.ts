/**
 * Which texts fit a type exactly, and their wire text (docs/wire.md). Stricter than DuckDB's casts, which round 1.005,
 * cut nanoseconds, drop zones and take 1_000 and 0x10. Pure SQL; texts that need no work are recognised by casting forth
 * and back, which is several times cheaper than a pattern.
 */
import type { LogicalType } from '../domain/types.ts';
import { duckType, quoteText } from '../sdk/duck-sql.ts';

export interface Fit {
  /** True for texts that the type holds without loss; absent = all. NULL is never asked. */
  readonly test?: string;
  /** The wire text of a text that passed. */
  readonly wire: string;
}

const day = String.raw`\d{4,}-\d\d-\d\d`;
const clock = String.raw`\d\d:\d\d(:\d\d(\.\d{0,6}0*)?)?`;
const zone = String.raw`(Z|[+-]\d\d(:?\d\d){0,2})`;
const number = String.raw`[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?`;
/** RE2 counts no further. */
const mostRepeats = 1000;

const matches = (text: string, pattern: string): string => `regexp_full_match(${text}, ${quoteText(pattern)})`;

/** The text that a value of `native` has when it is read from `text`; NULL where it cannot be read. */
const again = (text: string, native: string): string => `cast(try_cast(${text} as ${native}) as VARCHAR)`;

/** `text` is the canonical text of its value, or else `slow` holds. */
const canonicalOr = (text: string, cast: Cast, slow: string): string =>
  `case when ${cast.again} = ${text} then true when ${cast.value} is null then false else ${slow} end`;

/** Expressions that are computed once and named, where they are used more than once. */
export interface Cast {
  /** `try_cast` of the text to the type that `duckType` names. */
  readonly value: string;
  /** The text of that value. */
  readonly again: string;
}

export const castOf = (type: LogicalType, text: string): Cast => ({
  value: `try_cast(${text} as ${duckType(type)})`,
  again: again(text, duckType(type)),
});

export function fit(type: LogicalType, text: string, cast: Cast = castOf(type, text)): Fit {
  switch (type.kind) {
    case 'boolean': {
      const lower = `lower(trim(${text}))`;
      return {
        test: `${lower} in ('t', 'f', 'true', 'false', '1', '0', 'yes', 'no', 'y', 'n', 'on', 'off')`,
        wire: `case when ${lower} in ('t', 'true', '1', 'yes', 'y', 'on') then 'true' when ${text} is not null then 'false' end`,
      };
    }
    case 'integer':
      return { test: canonicalOr(text, cast, matches(text, String.raw`\s*[+-]?\d+(\.0*)?\s*`)), wire: cast.again };
    case 'decimal':
      return decimal(type, text, cast);
    case 'float':
      return {
        test: `${cast.value} is not null and not contains(${text}, '_') and (not isinf(${cast.value}) or contains(lower(${text}), 'inf'))`,
        wire: `trim(${text})`,
      };
    case 'date':
      return date(text, cast);
    case 'time':
      return { test: `${matches(text, clock)} and ${cast.value} is not null`, wire: cast.again };
    case 'timestamp':
      return timestamp(text, type.zone, cast);
    case 'uuid':
      return { test: `${cast.value} is not null`, wire: cast.again };
    case 'json':
      return { test: `json_valid(${text})`, wire: text };
    case 'bytes':
      return { test: matches(text, String.raw`\\x([0-9a-fA-F]{2})*`), wire: text };
    case 'interval':
      return { test: `try_cast(replace(${text}, '+', '') as INTERVAL) is not null`, wire: text };
    default:
      return { wire: text };
  }
}

function decimal({ precision, scale = 0 }: { precision?: number; scale?: number }, text: string, cast: Cast): Fit {
  const wire = `trim(${text})`;
  if (precision === undefined || precision > mostRepeats || scale < 0 || scale > precision) {
    return { test: matches(text, String.raw`\s*(${number}|NaN|[+-]?Infinity)\s*`), wire };
  }
  const whole = precision - scale;
  const exact = matches(text, String.raw`\s*[+-]?(0*\d{0,${whole}}\.?|0*\d{0,${whole}}\.\d{0,${scale}}0*)\s*`);
  const digits = `${exact} and regexp_matches(${text}, '[0-9]')`;
  if (precision > 38) return { test: digits, wire };
  return { test: canonicalOr(text, cast, digits), wire: `case when ${cast.again} = ${text} then ${text} else ${wire} end` };
}

function date(text: string, cast: Cast): Fit {
  const midnight = String.raw`${day}[ T]00:00(:00(\.0*)?)?`;
  const value = `replace(${text}, ' BC', ' (BC)')`;
  const slow = `(${matches(text, `${day}( BC)?|-?infinity|${midnight}`)} and try_cast(${value} as DATE) is not null)`;
  return {
    test: `case when ${cast.again} = ${text} then true else ${slow} end`,
    wire: `case when ${cast.again} = ${text} then ${text} else regexp_replace(${text}, '[ T]00:00.*$', '') end`,
  };
}

function timestamp(text: string, zoned: boolean, cast: Cast): Fit {
  const native = zoned ? 'TIMESTAMPTZ' : 'TIMESTAMP';
  const bc = String.raw`regexp_replace(${text}, '^([0-9]+-[0-9]+-[0-9]+)(.*) BC$', '\1 (BC)\2')`;
  const pattern = `${day}([ T]${clock}${zoned ? `${zone}?` : ''})?( BC)?|-?infinity`;
  return {
    test: `case when ${cast.again} = ${text} then true else ${matches(text, pattern)} and try_cast(${bc} as ${native}) is not null end`,
    wire: `case when ends_with(${text}, ' BC') then ${text} else ${cast.again} end`,
  };
}
