/** Texts that are written in a format, read: one regular expression, and what its groups mean, as SQL. Pure. */
import { quoteText } from '../../sdk/duck-sql.ts';
import { named } from './meant.ts';
import { dateOf, fullYear, hourOf, monthOf, space, withClock, wordPattern } from './moment-sql.ts';
import { monthWords } from './moment-names.ts';
import type { Part, Unit } from './moment-part.ts';
import { formatDayFirst } from './moment-parts.ts';

export interface FormatReader {
  readonly pattern: string;
  /** Its day and month change places in a column that has them the other way round; undefined = it has one order only. */
  readonly dayFirst: boolean | undefined;
  /** A TIMESTAMP; NULL where the text is not written so, or is no day. */
  read(text: string): string;
}

type Numbers = Extract<Part, { is: 'number' }>;

const groups: Readonly<Record<Unit, string>> = {
  year: 'y',
  shortYear: 'z',
  month: 'm',
  day: 'd',
  hour: 'h',
  hour12: 'k',
  minute: 'i',
  second: 's',
};

/** Undefined for formats that leave out what has to be known. */
export function formatReader(is: 'date' | 'datetime' | 'time', parts: readonly Part[], locale: string): FormatReader | undefined {
  // One letter names several months.
  if (parts.some((part) => part.is === 'names' && part.of === 'month' && !part.silent && new Set(part.names).size < 12))
    return undefined;
  const own = parts.flatMap((part) => (part.is === 'names' && part.of === 'month' && !part.silent ? part.names : []));
  const words = new Map([...own.map((name, at) => [name, (at % 12) + 1] as const), ...monthWords(locale)]);
  const found: string[] = [];
  const group = (name: string, pattern: string): string => {
    if (found.includes(name)) return `(?:${pattern})`;
    found.push(name);
    return `(${pattern})`;
  };
  const pattern = parts.map((part, place) => partPattern(part, { place, parts, words, group })).join('');
  const has = (...some: string[]): boolean => some.some((name) => found.includes(name));
  const hasDate = has('y', 'z') && has('m', 'n') && has('d');
  if (is === 'time' ? !has('h', 'k') : !hasDate) return undefined;
  const halves = parts.find((part) => part.is === 'names' && part.of === 'hour');
  const p = (name: string): string => `p.${name}`;
  const year = has('y') ? p('y') : fullYear(p('z'));
  const day = is === 'time' ? `DATE '1970-01-01'` : dateOf(year, has('m') ? p('m') : monthOf(p('n'), words), p('d'));
  const hour = has('h') ? p('h') : hourOf(p('k'), has('a') ? p('a') : undefined, halves?.is === 'names' ? halves.names : []);
  const isDay = is === 'date' || !has('h', 'k');
  const value = isDay
    ? `cast(${day} as TIMESTAMP)`
    : withClock(day, hour, has('i') ? p('i') : undefined, has('s') ? p('s') : undefined);
  return {
    pattern,
    dayFirst: isTurned(parts) ? formatDayFirst(parts) : undefined,
    read: (text) =>
      named('p', `regexp_extract(${text}, ${quoteText(`^${pattern}$`)}, [${found.map(quoteText).join(', ')}])`, value),
  };
}

/** Is it of a kind that files write the other way round as well? Years in front are followed by the month everywhere; what has no signs between is no such text. */
function isTurned(parts: readonly Part[]): boolean {
  const place = (...of: readonly Unit[]): number => parts.findIndex((part) => part.is === 'number' && of.includes(part.of));
  const [day, month, year] = [place('day'), place('month'), place('year', 'shortYear')];
  return day >= 0 && month >= 0 && Math.abs(day - month) === 2 && year > Math.max(day, month);
}

interface At {
  readonly place: number;
  readonly parts: readonly Part[];
  readonly words: ReadonlyMap<string, number>;
  group(name: string, pattern: string): string;
}

function partPattern(part: Part, { place, parts, words, group }: At): string {
  if (part.is === 'number') return numberPattern(part, { place, parts, group });
  if (part.is === 'text') {
    const between = parts[place - 1]?.is === 'number' && parts[place + 1]?.is === 'number';
    const pattern = wordPattern(part.text, between ? '+' : '*');
    // A point behind the day, or a word behind the year, is easily left out.
    return place === parts.length - 1 && place > 0 ? `(?:${pattern})?` : pattern;
  }
  if (part.is === 'counted') return String.raw`\d+`;
  const own = part.names.map((name) => wordPattern(name, '*'));
  if (part.silent || part.of === 'day') return `(?:${alternatives(own)})`;
  if (part.of === 'month')
    return group('n', String.raw`${alternatives([...words.keys()].map((name) => wordPattern(name, '*')))}`) + String.raw`\.?`;
  return group('a', alternatives([...own, `[ap](?:\\.?[${space}]?m\\.?)?`]));
}

/** Longer ones first: they begin as shorter ones do. */
const alternatives = (all: readonly string[]): string =>
  `(?i:${[...new Set(all)].toSorted((a, b) => b.length - a.length).join('|')})`;

/** Digits that stand beside others have to be as many as the format says. */
function numberPattern({ of, digits }: Numbers, { place, parts, group }: Omit<At, 'words'>): string {
  if (of === 'year') return group(groups[of], String.raw`\d{4}`);
  const beside = [parts[place - 1], parts[place + 1]].some((part) => part?.is === 'number');
  const count = of === 'shortYear' || (beside && digits > 1) ? '{2}' : '{1,2}';
  return group(groups[of], String.raw`\d${count}`);
}
