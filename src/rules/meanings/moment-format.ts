/** Texts that are written in a format, read: one regular expression, and what its groups mean, as SQL. Pure. */
import { quoteText } from '../../sdk/duck-sql.ts';
import { named } from './meant.ts';
import { space, wordPattern } from './moment-sql.ts';
import { monthWords } from './moment-names.ts';
import type { Part, Unit } from './moment-part.ts';
import { formatDayFirst } from './moment-parts.ts';
import { momentOf } from './moment-value.ts';

export interface FormatReader {
  readonly pattern: string;
  /** Its day and month change places in a column that has them the other way round; undefined = it has one order only. */
  readonly dayFirst: boolean | undefined;
  /** Has each of its texts a letter, or none of them? Undefined = some have. */
  readonly letters: boolean | undefined;
  /** A TIMESTAMP; NULL where the text is not written so, or is no day. */
  read(text: string): string;
}

type Numbers = Extract<Part, { is: 'number' }>;

/** `moment-value.ts` reads them; besides, n is the name of a month, g of a day, a the half of a day. */
const groups: Readonly<Record<Unit, string>> = {
  year: 'y',
  shortYear: 'z',
  month: 'm',
  day: 'd',
  hour: 'h',
  hour12: 'k',
  minute: 'i',
  second: 's',
  milli: 'l',
  fraction: 'f',
  weekYear: 'v',
  shortWeekYear: 'u',
  week: 'w',
  weekday: 'e',
  ordinal: 'o',
  epoch: 't',
  epochMilli: 'x',
};

/** Letters of groups, some of which a text has to have so that it says which day, or which time, it is. */
const enough: Readonly<Record<'day' | 'time', readonly (readonly string[])[]>> = {
  day: [['yz', 'mn', 'd'], ['yz', 'o'], ['vu', 'w'], ['tx']],
  time: [['hktx']],
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
  if (!enough[is === 'time' ? 'time' : 'day'].some((all) => all.every((one) => has(...one)))) return undefined;
  // Of a miss all groups are empty: nothing is made of them.
  const sure = found.find((name) => 'yzvuhktx'.includes(name)) ?? '';
  const value = momentOf(is, { has, words, halves: namesOf(parts, 'hour'), weekdays: namesOf(parts, 'day') });
  return {
    pattern,
    dayFirst: isTurned(parts) ? formatDayFirst(parts) : undefined,
    letters: lettersOf(parts, [...words.keys()]),
    read: (text) =>
      named(
        'p',
        `regexp_extract(${text}, ${quoteText(`^${pattern}$`)}, [${found.map(quoteText).join(', ')}])`,
        `case when p.${sure} <> '' then ${value} end`,
      ),
  };
}

function lettersOf(parts: readonly Part[], words: readonly string[]): boolean | undefined {
  const isWord = (text: string): boolean => /\p{L}/u.test(text);
  const isMonth = (part: Part): boolean => part.is === 'names' && part.of === 'month' && !part.silent;
  if (parts.some((part) => isMonth(part) && part.is === 'names' && [...part.names, ...words].every(isWord))) return true;
  return parts.every((part) => part.is === 'number' || (part.is === 'text' && !isWord(part.text))) ? false : undefined;
}

const namesOf = (parts: readonly Part[], of: 'hour' | 'day'): readonly string[] =>
  parts.flatMap((part) => (part.is === 'names' && part.of === of ? [part.names] : []))[0] ?? [];

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
  if (part.is === 'zone') return `(?:${wordPattern(part.text, '*')}|${zone})`;
  const own = part.names.map((name) => wordPattern(name, '*'));
  if (part.silent || (part.of === 'day' && !saysDays(part.names, parts))) return `(?:${alternatives(own)})`;
  if (part.of === 'day') return group('g', alternatives(own));
  if (part.of === 'month')
    return group('n', String.raw`${alternatives([...words.keys()].map((name) => wordPattern(name, '*')))}`) + String.raw`\.?`;
  return group('a', alternatives([...own, `[ap](?:\\.?[${space}]?m\\.?)?`]));
}

/** Beside a month they say nothing; where one letter names several days, they say too little. */
const saysDays = (names: readonly string[], parts: readonly Part[]): boolean =>
  new Set(names).size === 7 && parts.some((part) => part.is === 'number' && part.of === 'week');

/** Longer ones first: they begin as shorter ones do. */
const alternatives = (all: readonly string[]): string =>
  `(?i:${[...new Set(all)].toSorted((a, b) => b.length - a.length).join('|')})`;

/** As Luxon reads them. */
const zone = String.raw`Z|[A-Z]{2,5}|[A-Z][A-Za-z_]+(?:/[A-Za-z_+-]+)+|(?:GMT|UTC)?[+-]\d{1,2}(?::?\d{2})?`;

/** Of what is no count of one digit or two. */
const widths: Partial<Readonly<Record<Unit, (digits: number) => string>>> = {
  year: () => '{4}',
  shortYear: () => '{2}',
  weekYear: () => '{4}',
  shortWeekYear: () => '{2}',
  milli: (digits) => (digits > 1 ? '{3}' : '{1,3}'),
  fraction: (digits) => (digits > 2 ? '{1,9}' : `{1,${digits}}`),
  ordinal: (digits) => (digits > 1 ? '{3}' : '{1,3}'),
  weekday: () => '{1}',
  epoch: () => '{1,12}',
  epochMilli: () => '{1,15}',
};

/** Digits that stand beside others have to be as many as the format says. */
function numberPattern({ of, digits }: Numbers, { place, parts, group }: Omit<At, 'words'>): string {
  const beside = [parts[place - 1], parts[place + 1]].some((part) => part?.is === 'number');
  const width = widths[of]?.(digits) ?? (beside && digits > 1 ? '{2}' : '{1,2}');
  const sign = of === 'epoch' || of === 'epochMilli' ? '-?' : '';
  // No year has more than four digits.
  return (of === 'year' && digits > 4 ? '00' : '') + group(groups[of], String.raw`${sign}\d${width}`);
}
