/** Formats of days and times, of tokens as Luxon has them, as SQL over a TIMESTAMP. Pure. */
import { quoteText } from '../../sdk/duck-sql.ts';

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

const codes: Readonly<Record<string, string>> = {
  yyyy: '%Y',
  y: '%Y',
  yy: '%y',
  MM: '%m',
  M: '%-m',
  LL: '%m',
  L: '%-m',
  dd: '%d',
  d: '%-d',
  HH: '%H',
  H: '%-H',
  hh: '%I',
  h: '%-I',
  mm: '%M',
  m: '%-M',
  ss: '%S',
  s: '%-S',
  a: '%p',
};

const names: Readonly<Record<string, Intl.DateTimeFormatOptions>> = {
  MMM: { month: 'short' },
  LLL: { month: 'short' },
  MMMM: { month: 'long' },
  LLLL: { month: 'long' },
  EEE: { weekday: 'short' },
  ccc: { weekday: 'short' },
  EEEE: { weekday: 'long' },
  cccc: { weekday: 'long' },
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
        (piece) => /^[A-Za-z]/.test(piece) && ![localised, codes, names].some((known) => Object.hasOwn(known, piece)),
      );

/** Is the day in front of the month where this locale writes both? */
export function dayComesFirst(locale: string): boolean {
  const order = new Intl.DateTimeFormat(locale, days('numeric')).formatToParts(sample).map(({ type }) => type);
  return order.indexOf('day') < order.indexOf('month');
}

/** Does the day stand in front of the month in this format? Undefined where it does not write both as numbers. */
export function formatDayFirst(format: string, locale: string): boolean | undefined {
  const all = pieces(format);
  if (all.some((piece) => localised[piece]?.month === 'numeric')) return dayComesFirst(locale);
  const [day, month] = [/^dd?$/, /^(?:MM?|LL?)$/].map((token) => all.findIndex((piece) => token.test(piece)));
  return day === undefined || month === undefined || day < 0 || month < 0 ? undefined : day < month;
}

/** No two of its parts are alike: 3 February 2001, 16:05:06. */
const sample = new Date(Date.UTC(2001, 1, 3, 16, 5, 6));

export function momentText(value: string, format: string, locale: string): string {
  const written = pieces(format).map((piece) => {
    if (Object.hasOwn(localised, piece)) return localisedText(value, localised[piece] ?? {}, locale);
    if (Object.hasOwn(names, piece)) return nameText(value, names[piece] ?? {}, locale);
    if (Object.hasOwn(codes, piece)) return `strftime(${value}, '${codes[piece]}')`;
    return quoteText(unquoted(piece));
  });
  return written.length === 0 ? "''" : `(${written.join(' || ')})`;
}

function localisedText(value: string, options: Intl.DateTimeFormatOptions, locale: string): string {
  const parts = new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' }).formatToParts(sample);
  const halves = parts.some(({ type }) => type === 'dayPeriod');
  const written = parts.map(({ type, value: text }) => {
    const code = (padded: string): string => `strftime(${value}, '%${text.startsWith('0') ? '' : '-'}${padded}')`;
    switch (type) {
      case 'year':
        return `strftime(${value}, '%Y')`;
      case 'month':
        return options.month === 'numeric' ? code('m') : nameText(value, { month: options.month }, locale);
      case 'day':
        return code('d');
      case 'hour':
        return halves ? code('I') : `strftime(${value}, '%H')`;
      case 'minute':
        return `strftime(${value}, '%M')`;
      case 'second':
        return `strftime(${value}, '%S')`;
      case 'dayPeriod':
        return `strftime(${value}, '%p')`;
      default:
        return quoteText(text.replaceAll(/[\u202f\u00a0]/g, ' '));
    }
  });
  return `(${written.join(' || ')})`;
}

/** Months and days of the week by their names in the locale. */
function nameText(value: string, options: Intl.DateTimeFormatOptions, locale: string): string {
  const isMonth = options.month !== undefined;
  const write = new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' });
  const all = Array.from({ length: isMonth ? 12 : 7 }, (_, at) =>
    // 7 January 2001 was a Sunday, the day that DuckDB counts as 0.
    write.format(isMonth ? Date.UTC(2001, at, 3) : Date.UTC(2001, 0, 7 + at)),
  );
  return `([${all.map(quoteText).join(', ')}])[${isMonth ? `month(${value})` : `dayofweek(${value}) + 1`}]`;
}
