/** Days and times. What a text means: as the field is shown, as its locale writes, as anybody does. Pure. */
import type { Meaning } from '../../domain/meaning.ts';
import { quoteText } from '../../sdk/duck-sql.ts';
import { named, type Meant, type Written } from './meant.ts';
import { formatReader } from './moment-format.ts';
import { isClock, isMidnight, timeSql } from './moment-clock.ts';
import { dateSql, dayFirstAggregate, decidedDay, plainDate } from './moment-generic.ts';
import { saysFractions, saysSeconds, type Part } from './moment-part.ts';
import { dayComesFirst, formatDayFirst, formatParts } from './moment-parts.ts';
import { momentText } from './moment-text.ts';

export type MomentMeaning = Extract<Meaning, { is: 'date' | 'datetime' | 'time' }>;

const hasSeconds = (meaning: MomentMeaning): boolean => meaning.is !== 'date' && (meaning.withSeconds ?? false);

/** As ISO 8601 has it: what is delivered unless another format is asked for. */
function isoFormat(meaning: MomentMeaning): string {
  const seconds = hasSeconds(meaning) ? ':ss' : '';
  return { date: 'yyyy-MM-dd', datetime: `yyyy-MM-dd'T'HH:mm${seconds}`, time: `HH:mm${seconds}` }[meaning.is];
}

const formatOf = (meaning: MomentMeaning, asked: string | undefined): string | undefined =>
  asked === '[ISO]' ? isoFormat(meaning) : asked;

/** What people see it in. */
function shownFormat(meaning: MomentMeaning): string {
  const seconds = hasSeconds(meaning);
  const asked = formatOf(meaning, meaning.displayFormat);
  return asked ?? { date: 'D', datetime: seconds ? 'F' : 'f', time: seconds ? 'tt' : 't' }[meaning.is];
}

/** Formats of the locale that are read as well. */
const localFormats = { date: ['D', 'DD', 'DDD'], datetime: ['f', 'F', 'ff', 'FF', 'D', 'DD', 'DDD'], time: ['t', 'tt'] } as const;

/** The order in which the field shows day and month, or else its locale. */
function shownDayFirst(meaning: MomentMeaning): boolean {
  const { locale = 'en-US' } = meaning;
  return formatDayFirst(formatParts(shownFormat(meaning), locale)) ?? dayComesFirst(locale);
}

/** Is more to be known of a time than its seconds? Most fields need not: it takes its time. */
function hasFractions(meaning: MomentMeaning): boolean {
  const { locale = 'en-US', outputFormat } = meaning;
  return [shownFormat(meaning), formatOf(meaning, outputFormat) ?? ''].some((format) =>
    saysFractions(formatParts(format, locale)),
  );
}

/** Does the day stand first in this column? An aggregate. */
export function dayFirstSql(meaning: MomentMeaning, text: string): string {
  if (meaning.is === 'date' && meaning.order) return `(count(*) ${meaning.order === 'day' ? '>=' : '<'} 0)`;
  return dayFirstAggregate(text, shownDayFirst(meaning));
}

/** True where one of two small numbers was taken for the day that could be the month, or that is not where the column shows the day. */
export const decidedSql = (meaning: MomentMeaning, text: string): string => decidedDay(text, shownDayFirst(meaning));

/**
 * What a person wrote who sees the column as it is shown: day and month in that order, whatever the order of the file. Where the file's own
 * order (`dayFirst`) reads something else, the text has to become one that has only one reading.
 */
export function momentWritten(meaning: MomentMeaning, text: string, dayFirst: string): Written {
  // No T: fields may be written small.
  const clock = `%H:%M:%S${hasFractions(meaning) ? '.%g' : ''}`;
  const sure = quoteText({ date: '%Y-%m-%d', datetime: `%Y-%m-%d ${clock}`, time: clock }[meaning.is]);
  return {
    seen: moment(meaning, text, String(shownDayFirst(meaning))),
    filed: moment(meaning, text, dayFirst),
    write: (seen) => `strftime(${seen}, ${sure})`,
  };
}

/** `known` = the name of a column that holds the result. */
export function momentSql(meaning: MomentMeaning, text: string, dayFirst: string, known?: string): Meant {
  const { is, locale = 'en-US', outputFormat } = meaning;
  const ends = isoFormat(meaning);
  const result = formatOf(meaning, outputFormat) ?? ends;
  const read = moment(meaning, text, dayFirst);
  const write = (parts: readonly Part[], of: string): string =>
    named('m', of, `case when m is not null then ${momentText('m', parts)} end`);
  const shown = formatParts(shownFormat(meaning), locale);
  const isAsShown = `(regexp_full_match(${text}, '\\d{4}-\\d{2}-\\d{2}') or ${text} = ${write(shown, read)})`;
  const value = meaning.is === 'date' && meaning.asWritten ? `case when ${isAsShown} then ${read} end` : read;
  // What is delivered mostly says all that there is to show: nothing is read twice then.
  const more = is !== 'date' && (hasSeconds(meaning) ? saysFractions(shown) : saysSeconds(shown));
  const says = result === ends && !more;
  const of = known === undefined || !says ? value : delivered(is, known, hasSeconds(meaning));
  return { result: write(formatParts(result, locale), value), shown: write(shown, of) };
}

/** The value of a text that has the form of results. */
function delivered(is: MomentMeaning['is'], result: string, seconds: boolean): string {
  const whole = { date: result, datetime: result, time: `'1970-01-01 ' || ${result}` }[is];
  return `try_cast(${whole}${is === 'date' || seconds ? '' : ` || ':00'`} as TIMESTAMP)`;
}

/** A TIMESTAMP; of times, on the first day that there is. */
function moment(meaning: MomentMeaning, text: string, dayFirst: string): string {
  const { is, locale = 'en-US' } = meaning;
  const shown = formatParts(shownFormat(meaning), locale);
  // A year, then the day: that is not what other texts with the year in front mean.
  const isPlain = is === 'date' && !(formatDayFirst(shown) === true && shown[0]?.is === 'number' && shown[0].of === 'year');
  // English has no more forms than those that are read anyway.
  const local = /^en\b/.test(locale) ? [] : localFormats[is];
  const formats = [shown, ...local.map((format) => formatParts(format, locale))];
  const readers = new Map(
    formats.flatMap((parts) => {
      const reader = formatReader(is, parts, locale);
      return reader ? [[reader.pattern, reader] as const] : [];
    }),
  );
  const all = [...readers.values()];
  const tries = all.map(({ dayFirst: own, letters, read }) => ({
    letters,
    sql: own === undefined ? read(text) : `case when (${dayFirst}) = ${own} then ${read(text)} end`,
  }));
  // What nothing else explains is written so, although the rest of the column is not.
  const late = all.flatMap(({ dayFirst: own, read }) => (own === undefined ? [] : [read(text)])).slice(0, 1);
  return `coalesce(${[
    ...(isPlain ? [`cast(${plainDate(text)} as TIMESTAMP)`] : []),
    ...byLetters(text, tries),
    ...generic(meaning, text, dayFirst),
    ...late,
  ].join(', ')})`;
}

/** What has names of months is not asked of numbers, and what has none not of names: one look at the text decides. */
function byLetters(
  text: string,
  tries: readonly { readonly letters: boolean | undefined; readonly sql: string }[],
): readonly string[] {
  if (tries.every(({ letters }) => !letters)) return tries.map(({ sql }) => sql);
  const of = (wanted: boolean): string => {
    const some = tries.filter(({ letters }) => letters === wanted || letters === undefined).map(({ sql }) => sql);
    return some.length === 0 ? 'null' : `coalesce(${some.join(', ')})`;
  };
  return [`case when regexp_matches(${text}, '\\p{L}') then ${of(true)} else ${of(false)} end`];
}

function generic(meaning: MomentMeaning, text: string, dayFirst: string): readonly string[] {
  const { is, locale = 'en-US' } = meaning;
  const date = dateSql(text, dayFirst, locale);
  if (is === 'date') return [`cast(${date} as TIMESTAMP)`];
  const fractions = hasFractions(meaning);
  if (is === 'datetime') {
    return [
      `(${date}) + (${timeSql(text, fractions, `TIME '00:00:00'`)})`,
      `case when ${isMidnight(text)} then (${date}) + INTERVAL 1 DAY end`,
    ];
  }
  const isTime = `(${isClock(text)} or (${date}) is not null)`;
  return [
    `(DATE '1970-01-01') + (case when ${isTime} then ${timeSql(text, fractions, 'null')} end)`,
    `case when ${isMidnight(text)} and ${isTime} then TIMESTAMP '1970-01-01 00:00:00' end`,
  ];
}
