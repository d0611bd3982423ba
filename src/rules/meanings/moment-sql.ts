/** Pieces of days and times as SQL, and of the regular expressions that find them. Pure. */
import { quoteText } from '../../sdk/duck-sql.ts';

/** White space as keyboards and as locales write it, to stand in brackets. */
export const space = String.raw`\s\x{a0}\x{2009}\x{202f}`;
/** Signs that say in which direction a text runs. */
const direction = String.raw`\x{200e}\x{200f}\x{61c}`;

export const number = (text: string): string => `coalesce(try_cast(${text} as INTEGER), 0)`;

export const fullYear = (text: string): string =>
  `case when length(${text}) = 4 then ${text} when ${text} <= '60' then '20' || ${text} else '19' || ${text} end`;

export const dateOf = (y: string, m: string, d: string): string =>
  `try_cast(${y} || '-' || lpad(${m}, 2, '0') || '-' || lpad(${d}, 2, '0') as DATE)`;

/** A DATE of a year and a week of ISO 8601; without a weekday its Monday. NULL where there is none. */
export function weekDate(y: string, w: string, weekday: string): string {
  // The week of 4 January is the first one; the date is named so that its year can be compared.
  const monday = `date_trunc('week', make_date(${number(y)}, 1, 4))`;
  const date = `cast(${monday} as DATE) + (${number(w)} - 1) * 7 + greatest(${number(weekday)}, 1) - 1`;
  return `case when ${number(w)} between 1 and 53 then ${within(date, 'isoyear', y)} end`;
}

/** A DATE of a year and a day of it. NULL where there is none. */
export function ordinalDate(y: string, ordinal: string): string {
  const date = `make_date(${number(y)}, 1, 1) + ${number(ordinal)} - 1`;
  return `case when ${number(ordinal)} between 1 and 366 then ${within(date, 'year', y)} end`;
}

const within = (date: string, part: 'isoyear' | 'year', y: string): string =>
  `case when ${y} <> '' and ${part}(${date}) = ${number(y)} then ${date} end`;

/** A TIMESTAMP of milliseconds since 1970; NULL beyond the years 1 to 9999. `digits` = a text. */
export const sinceEpoch = (digits: string): string =>
  `case when try_cast(${digits} as BIGINT) between -62135596800000 and 253402300799999 then make_timestamp(try_cast(${digits} as BIGINT) * 1000) end`;

/** The number of a month by its name, as text. */
export function monthOf(name: string, words: ReadonlyMap<string, number>): string {
  const all = [...words.keys()].map((word) => word.toLowerCase().replaceAll('.', ''));
  const numbers = [...words.values()].map((month) => `'${month}'`);
  return `([${numbers.join(', ')}])[list_position([${all.map(quoteText).join(', ')}], replace(lower(${name}), '.', ''))]`;
}

const folded = (text: string): string => `regexp_replace(lower(${text}), ${quoteText(`[${space}${direction}.]`)}, '', 'g')`;

/** What halves of the day are compared by. */
const bare = (text: string): string => text.toLowerCase().replaceAll(/[\s.\u200e\u200f\u061c]/g, '');

/** The hour of 24 from one of 12 and a half of the day; `names` = those of each hour. */
export function hourOf(hour: string, half: string | undefined, names: readonly string[]): string {
  if (half === undefined) return hour;
  const own = names.map((name, at): readonly [string, number] => [`${bare(name)}${at % 12}`, at]);
  const english = ['am', 'pm', 'a', 'p'].flatMap((name, which) =>
    Array.from({ length: 12 }, (_, at): readonly [string, number] => [`${name}${at}`, at + 12 * (which % 2)]),
  );
  const all = new Map([...english, ...own]);
  const key = `${folded(half)} || cast(${number(hour)} % 12 as VARCHAR)`;
  const hours = [...all.values()].map((at) => `'${at}'`).join(', ');
  return `case when ${number(hour)} between 1 and 12 then ([${hours}])[list_position([${[...all.keys()].map(quoteText).join(', ')}], ${key})] end`;
}

interface Clock {
  readonly hour: string;
  readonly minute: string | undefined;
  readonly second: string | undefined;
  /** Digits behind the point. */
  readonly fraction: string | undefined;
}

/** A TIMESTAMP of a DATE and of texts of digits; 24:00 is the end of the day. NULL where there is no such time. */
export function withClock(date: string, { hour, minute = `'00'`, second = `'00'`, fraction }: Clock): string {
  const behind = fraction === undefined ? '' : ` || '.' || ${thousandths(fraction)}`;
  const rest = `lpad(${minute}, 2, '0') || ':' || lpad(${second}, 2, '0')${behind}`;
  const none = fraction === undefined ? '00:00' : '00:00.000';
  return `case when ${hour} = '24' and ${rest} = '${none}' then (${date}) + INTERVAL 1 DAY else (${date}) + try_cast(lpad(nullif(${hour}, ''), 2, '0') || ':' || ${rest} as TIME) end`;
}

/** Three digits: what is less is dropped, as Luxon does. */
export const thousandths = (fraction: string): string => `rpad(left(${fraction}, 3), 3, '0')`;

/** A text as a pattern: any white space is as good, signs of direction do not count. */
export function wordPattern(text: string, blanks: '*' | '+'): string {
  const marked = text.replaceAll(/[\u200e\u200f\u061c]/g, '');
  const pattern = marked.replaceAll(/\s+|[^\p{L}\p{M}\p{N}]/gu, (found) => {
    if (/\s/.test(found)) return `[${space}]${/^\s+$/.test(marked) ? blanks : '*'}`;
    return found === '.' && /\p{L}/u.test(marked) ? String.raw`\.?` : `\\x{${(found.codePointAt(0) ?? 0).toString(16)}}`;
  });
  return marked === text ? pattern : `[${direction}]*${pattern}[${direction}]*`;
}
