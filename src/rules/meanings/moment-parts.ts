/** Formats of days and times, of tokens as Luxon has them, taken apart. Pure. */
import { dayNames, halfNames, localeParts, monthNames } from './moment-names.ts';
import type { Part, Unit } from './moment-part.ts';

const clock12 = { hour: 'numeric', minute: '2-digit' } as const;
const clock24 = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
const second = { second: '2-digit' } as const;
const days = (month: 'numeric' | 'short' | 'long'): Intl.DateTimeFormatOptions => ({ year: 'numeric', month, day: 'numeric' });

/** What a locale decides. */
const localised: Readonly<Record<string, Intl.DateTimeFormatOptions>> = {
  D: days('numeric'),
  DD: days('short'),
  DDD: days('long'),
  t: clock12,
  tt: { ...clock12, ...second },
  T: clock24,
  TT: { ...clock24, ...second },
  f: { ...days('numeric'), ...clock12 },
  F: { ...days('numeric'), ...clock12, ...second },
  ff: { ...days('short'), ...clock12 },
  FF: { ...days('short'), ...clock12, ...second },
};

const numbers: Readonly<Record<string, readonly [Unit, number]>> = {
  yyyy: ['year', 4],
  y: ['year', 1],
  yy: ['shortYear', 2],
  MM: ['month', 2],
  M: ['month', 1],
  LL: ['month', 2],
  L: ['month', 1],
  dd: ['day', 2],
  d: ['day', 1],
  HH: ['hour', 2],
  H: ['hour', 1],
  hh: ['hour12', 2],
  h: ['hour12', 1],
  mm: ['minute', 2],
  m: ['minute', 1],
  ss: ['second', 2],
  s: ['second', 1],
};

/** What follows from the day. */
const counted: Readonly<Record<string, string>> = {
  E: 'isodow(%)',
  c: 'isodow(%)',
  W: 'week(%)',
  WW: `lpad(cast(week(%) as VARCHAR), 2, '0')`,
  kkkk: 'isoyear(%)',
  o: 'dayofyear(%)',
  ooo: `lpad(cast(dayofyear(%) as VARCHAR), 3, '0')`,
  q: 'quarter(%)',
  qq: `lpad(cast(quarter(%) as VARCHAR), 2, '0')`,
};

/** Names beside a day, and alone: languages bend them. */
const beside = { day: 'numeric' } as const;
const months: Readonly<Record<string, Intl.DateTimeFormatOptions>> = {
  MMM: { month: 'short', ...beside },
  MMMM: { month: 'long', ...beside },
  MMMMM: { month: 'narrow', ...beside },
  LLL: { month: 'short' },
  LLLL: { month: 'long' },
  LLLLL: { month: 'narrow' },
};
const weekdays: Readonly<Record<string, Intl.DateTimeFormatOptions>> = {
  EEE: { weekday: 'short', month: 'long', ...beside },
  EEEE: { weekday: 'long', month: 'long', ...beside },
  ccc: { weekday: 'short' },
  cccc: { weekday: 'long' },
  EEEEE: { weekday: 'narrow', month: 'long', ...beside },
  ccccc: { weekday: 'narrow' },
};

/** Quoted text (also without an end), runs of one letter, and what stands between them. */
const pieces = (format: string): readonly string[] => format.match(/'[^']*(?:'|$)|([A-Za-z])\1*|[^A-Za-z']+/g) ?? [];

/** Two quotes with nothing between them are one. */
const unquoted = (piece: string): string => (piece === "''" ? "'" : piece.replaceAll("'", ''));

/** The tokens that nobody here knows. */
export const unknownTokens = (format: string): readonly string[] =>
  format === '[ISO]'
    ? []
    : pieces(format).filter(
        (piece) =>
          /^[A-Za-z]/.test(piece) &&
          piece !== 'a' &&
          ![localised, numbers, counted, months, weekdays].some((known) => Object.hasOwn(known, piece)),
      );

export function formatParts(format: string, locale: string): readonly Part[] {
  return pieces(format).flatMap((piece): readonly Part[] => {
    if (!/^[A-Za-z]/.test(piece)) return [{ is: 'text', text: unquoted(piece) }];
    const [number, month, weekday, local] = [numbers[piece], months[piece], weekdays[piece], localised[piece]];
    const sql = counted[piece];
    if (sql !== undefined) return [{ is: 'counted', sql }];
    if (number) return [{ is: 'number', of: number[0], digits: number[1] }];
    if (month) return [{ is: 'names', of: 'month', names: monthNames(month, locale) }];
    if (weekday) return [{ is: 'names', of: 'day', names: dayNames(weekday, locale) }];
    return local ? localeParts(local, locale) : [{ is: 'names', of: 'hour', names: halfNames(locale) }];
  });
}

/** Does the day stand in front of the month in this format? Undefined where it does not write both as numbers. */
export function formatDayFirst(parts: readonly Part[]): boolean | undefined {
  const place = (of: Unit): number => parts.findIndex((part) => part.is === 'number' && part.of === of);
  const [day, month] = [place('day'), place('month')];
  return day < 0 || month < 0 ? undefined : day < month;
}

/** Is the day in front of the month where this locale writes both? */
export const dayComesFirst = (locale: string): boolean => formatDayFirst(formatParts('D', locale)) ?? false;
