/** Days and times as people write them. Which of two small numbers is the day is a question to the whole column. Pure. */
import type { Meaning } from '../../domain/meaning.ts';
import { quoteText } from '../../sdk/duck-sql.ts';
import { named, type Meant } from './meant.ts';
import { dayComesFirst, momentText } from './moment-text.ts';

export type MomentMeaning = Extract<Meaning, { is: 'date' | 'datetime' | 'time' }>;

const clock = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?:\s?([AaPp])\.?[Mm]\.?)?`;
const rest = String.raw`(?:[T\s,]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s?[AaPp]\.?[Mm]\.?)?(?:\s?(?:Z|[A-Z]{2,4}|(?:GMT|UTC)?[+-]\d{2}:?\d{2}))?)?`;
const week = String.raw`(?:(?:[Mm]on|[Tt]ue|[Ww]ed|[Tt]hu|[Ff]ri|[Ss]at|[Ss]un)[a-z]*,?\s)?`;
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const month = String.raw`((?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?))`;
const year = String.raw`(\d{4}|\d{2})`;
const day = String.raw`(\d{1,2})(?:st|nd|rd|th)?`;

const iso = String.raw`(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})${rest}`;
const numeric = String.raw`(\d{1,2})[-/. ](\d{1,2})[-/. ]${year}${rest}`;
const dayMonth = String.raw`${week}${day}[-\s./]+${month}[-\s.,/]+${year}${rest}`;
const monthDay = String.raw`${week}${month}[-\s.]+${day}[-\s,]+${year}${rest}`;

const group = (text: string, pattern: string, at: number): string =>
  `regexp_extract(${text}, ${quoteText(`^${pattern}$`)}, ${at})`;
const number = (text: string): string => `coalesce(try_cast(${text} as INTEGER), 0)`;

/** Does the day stand first in this column? An aggregate: a first part above 12 proves it, then a second one disproves it. */
export function dayFirstSql({ locale = 'en-US' }: MomentMeaning, text: string): string {
  const part = (at: 1 | 2): string => number(group(text, numeric, at));
  const proof = (day: 1 | 2, month: 1 | 2): string => `coalesce(bool_or(${part(day)} > 12 and ${part(month)} <= 12), false)`;
  return `(${proof(1, 2)} or (${dayComesFirst(locale)} and not ${proof(2, 1)}))`;
}

/** True where one of two small numbers was taken for the day that could be the month, or that is not where the locale has the day. */
export function decidedSql({ locale = 'en-US' }: MomentMeaning, text: string): string {
  const [a, b] = [number(group(text, numeric, 1)), number(group(text, numeric, 2))];
  const first = dayComesFirst(locale);
  return `(regexp_full_match(${text}, ${quoteText(numeric)}) and case when ${a} > 12 then not ${first} when ${b} > 12 then ${first} else ${a} <> ${b} end)`;
}

const full = (text: string): string =>
  `case when length(${text}) = 4 then ${text} when ${text} <= '60' then '20' || ${text} else '19' || ${text} end`;

const dateOf = (y: string, m: string, d: string): string =>
  `try_cast(${y} || '-' || lpad(${m}, 2, '0') || '-' || lpad(${d}, 2, '0') as DATE)`;

const monthNumber = (name: string): string =>
  `cast(list_position([${months.map(quoteText).join(', ')}], lower(left(${name}, 3))) as VARCHAR)`;

/** A DATE; NULL where the text is none. `dayFirst` = a boolean expression. */
function dateSql(text: string, dayFirst: string): string {
  const is = (pattern: string): string => `regexp_full_match(${text}, ${quoteText(pattern)})`;
  const [a, b] = [group(text, numeric, 1), group(text, numeric, 2)];
  const [asDay, asMonth] = [dateOf(full(group(text, numeric, 3)), b, a), dateOf(full(group(text, numeric, 3)), a, b)];
  return (
    `case when ${is(String.raw`\d{4}-\d\d-\d\d`)} then try_cast(${text} as DATE) when ${is(iso)} then ${dateOf(group(text, iso, 1), group(text, iso, 2), group(text, iso, 3))} ` +
    `when ${is(numeric)} then case when ${number(a)} > 12 then ${asDay} when ${number(b)} > 12 then ${asMonth} when ${dayFirst} then ${asDay} else ${asMonth} end ` +
    `when ${is(dayMonth)} then ${dateOf(full(group(text, dayMonth, 3)), monthNumber(group(text, dayMonth, 2)), group(text, dayMonth, 1))} ` +
    `when ${is(monthDay)} then ${dateOf(full(group(text, monthDay, 3)), monthNumber(group(text, monthDay, 1)), group(text, monthDay, 2))} end`
  );
}

/** A TIME; NULL where the text holds none. */
function timeSql(text: string): string {
  const piece = (at: number): string => `regexp_extract(${text}, ${quoteText(clock)}, ${at})`;
  const half = `lower(${piece(4)})`;
  const twelve = `${number(piece(1))} % 12`;
  const hour =
    `case when ${number(piece(1))} > 23 then 'x' when ${half} = '' then ${piece(1)} when ${number(piece(1))} not between 1 and 12 then 'x' ` +
    `when ${half} = 'a' then cast(${twelve} as VARCHAR) else cast(${twelve} + 12 as VARCHAR) end`;
  const seconds = `case when ${piece(3)} = '' then '00' else ${piece(3)} end`;
  return `case when regexp_matches(${text}, ${quoteText(clock)}) then try_cast(lpad(${hour}, 2, '0') || ':' || ${piece(2)} || ':' || ${seconds} as TIME) end`;
}

/** `known` = the name of a column that holds the result. */
export function momentSql(meaning: MomentMeaning, text: string, dayFirst: string, known?: string): Meant {
  const { is, locale = 'en-US', displayFormat, outputFormat } = meaning;
  const seconds = meaning.is !== 'date' && (meaning.withSeconds ?? false);
  const usual = { date: 'D', datetime: seconds ? 'F' : 'f', time: seconds ? 'tt' : 't' }[is];
  const ends = {
    date: 'yyyy-MM-dd',
    datetime: `yyyy-MM-dd'T'HH:mm${seconds ? ':ss' : ''}`,
    time: `HH:mm${seconds ? ':ss' : ''}`,
  }[is];
  const result = outputFormat === undefined || outputFormat === '[ISO]' ? ends : outputFormat;
  const value = moment(is, text, dayFirst);
  const write = (format: string, of = value): string =>
    named('m', of, `case when m is not null then ${momentText('m', format, locale)} end`);
  // A day as it is delivered says all that there is to show.
  const isKnown = known !== undefined && is === 'date' && result === ends;
  return { result: write(result), shown: write(displayFormat ?? usual, isKnown ? `try_cast(${known} as TIMESTAMP)` : value) };
}

/** A TIMESTAMP; of times, on the first day that there is. */
function moment(is: MomentMeaning['is'], text: string, dayFirst: string): string {
  const date = dateSql(text, dayFirst);
  if (is === 'date') return `cast(${date} as TIMESTAMP)`;
  if (is === 'datetime') {
    const time = `case when contains(${text}, ':') then ${timeSql(text)} else TIME '00:00:00' end`;
    return `(${date}) + (${time})`;
  }
  const alone = `regexp_full_match(${text}, ${quoteText(clock)})`;
  return `(DATE '1970-01-01') + (case when ${alone} or (${date}) is not null then ${timeSql(text)} end)`;
}
