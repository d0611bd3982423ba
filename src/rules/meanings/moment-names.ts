/** How a locale writes days and times: always the Gregorian calendar, always the digits 0 to 9. Pure. */
import type { Part } from './moment-part.ts';

type Options = Intl.DateTimeFormatOptions;
type Kind = Intl.DateTimeFormatPartTypes;

/** No number of it is another one, and all have one digit: 3 February 2001, 04:05:06, so that zeros in front are seen. */
const sample = { month: 1, day: 3, hour: 4 };
const at = ({ month, day, hour } = sample): Date => new Date(Date.UTC(2001, month, day, hour, 5, 6));

const fixed = { calendar: 'gregory', numberingSystem: 'latn', timeZone: 'UTC' } as const;
const writer = (options: Options, locale: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat(locale, { ...options, ...fixed });

/** Blanks that no keyboard has are blanks. */
const plain = (text: string): string => text.replaceAll(/[\u00a0\u2009\u202f]/g, ' ');

const months = Array.from({ length: 12 }, (_, month) => at({ ...sample, month }));
const hours = Array.from({ length: 24 }, (_, hour) => at({ ...sample, hour }));
// 7 January 2001 was a Sunday, the day that DuckDB counts as 0.
const week = Array.from({ length: 7 }, (_, day) => at({ month: 0, day: 7 + day, hour: 4 }));

function names(options: Options, locale: string, dates: readonly Date[], kind: Kind): readonly string[] {
  const write = writer(options, locale);
  return dates.map((date) =>
    plain(
      write
        .formatToParts(date)
        .filter(({ type }) => type === kind)
        .map(({ value }) => value)
        .join(' '),
    ),
  );
}

export const monthNames = (options: Options, locale: string): readonly string[] => {
  const found = names(options, locale, months, 'month');
  // Alone, the month is more than its number in some languages: 3月.
  return Object.keys(options).length === 1 ? months.map((date) => plain(writer(options, locale).format(date))) : found;
};
export const dayNames = (options: Options, locale: string): readonly string[] => names(options, locale, week, 'weekday');

/** What the halves of the day are called, hour by hour: some languages have more of them than two. */
export const halfNames = (locale: string): readonly string[] =>
  names({ hour: 'numeric', hourCycle: 'h12' }, locale, hours, 'dayPeriod');

/** Of all years that there are: none lies before the first. */
export const eraName = (options: Options, locale: string): string => names(options, locale, [at()], 'era')[0] ?? '';

/** From Monday on 1. Which year a week belongs to is no matter of locales: the one that has most of it. */
export function firstDayOfWeek(locale: string): number {
  const known = new Intl.Locale(locale) as Intl.Locale & { getWeekInfo(): { firstDay: number } }; // the types are behind
  return known.getWeekInfo().firstDay;
}

export function localeParts(options: Options, locale: string): readonly Part[] {
  const write = writer(options, locale);
  const cycle = write.resolvedOptions().hourCycle;
  const varied = (dates: readonly Date[], place: number): readonly string[] =>
    dates.map((date) => plain(write.formatToParts(date)[place]?.value ?? ''));
  const number = (of: Extract<Part, { is: 'number' }>['of'], text: string): Part => ({
    is: 'number',
    of,
    digits: text.startsWith('0') ? 2 : 1,
  });
  return write.formatToParts(at()).map(({ type, value }, place): Part => {
    switch (type) {
      case 'year':
        return { is: 'number', of: 'year', digits: 4 };
      case 'month': {
        const all = varied(months, place);
        const isNumber = all.every((name, month) => Number(name) === month + 1);
        return isNumber ? number('month', value) : { is: 'names', of: 'month', names: all };
      }
      case 'hour':
        return number(cycle === 'h12' || cycle === 'h11' ? 'hour12' : 'hour', value);
      case 'day':
      case 'minute':
      case 'second':
        return number(type, value);
      case 'weekday':
        return { is: 'names', of: 'day', names: varied(week, place) };
      case 'timeZoneName':
        return { is: 'zone', text: 'UTC' };
      case 'dayPeriod':
        return { is: 'names', of: 'hour', names: varied(hours, place) };
      default: {
        // “de març”, “d’abril”
        const all = varied(options.month === undefined ? [at()] : months, place);
        const text = plain(value);
        return all.every((one) => one === text) ? { is: 'text', text } : { is: 'names', of: 'month', names: all, silent: true };
      }
    }
  });
}

/** All names of months that are read where this locale is, without points and small, and which month each is; the own ones win. */
export function monthWords(locale: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const language of [locale, 'en']) {
    for (const month of ['long', 'short'] as const) {
      for (const options of [{ month, day: 'numeric' as const }, { month, year: 'numeric' as const }, { month }]) {
        for (const [number, name] of names(options, language, months, 'month').entries())
          for (const word of spellings(name)) if (!found.has(word)) found.set(word, number + 1);
      }
    }
  }
  if (!found.has('sept')) found.set('sept', 9);
  return found;
}

/** With its marks, without them, and as German has it without them; numbers are no names. */
function spellings(name: string): readonly string[] {
  const word = name.toLowerCase().replaceAll('.', '').trim();
  if (word === '' || /\d/.test(word)) return [];
  const bare = word
    .normalize('NFD')
    .replaceAll(/\p{Mn}/gu, '')
    .normalize('NFC');
  const german = word.replaceAll(/[äöü]/g, (letter) => ({ ä: 'ae', ö: 'oe', ü: 'ue' })[letter] ?? letter);
  return /^\p{Script=Latin}/u.test(word) ? [word, bare, german] : [word];
}
