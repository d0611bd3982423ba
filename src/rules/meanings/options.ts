/** Texts that mean one of a list of options. Pure. */
import type { Meaning, Option } from '../../domain/meaning.ts';
import { quoteText } from '../../sdk/duck-sql.ts';
import { named, type Meant } from './meant.ts';

type Select = Extract<Meaning, { is: 'select' }>;
type MultiSelect = Extract<Meaning, { is: 'multi-select' }>;

/** Shorter texts are all near to each other. */
const leastForTypos = 5;

/** What an option may be called, the first that says so counts: labels before values before alternates. */
function callings(options: readonly Option[]): ReadonlyMap<string, Option> {
  const found = new Map<string, Option>();
  const add = (name: string, option: Option): void => void (found.has(name) || found.set(name, option));
  for (const option of options) add(option.label, option);
  for (const option of options) add(option.value, option);
  for (const option of options) for (const name of option.alternateMatches ?? []) add(name, option);
  return found;
}

const folded = (name: string): string => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '');
const foldedSql = (text: string): string => `regexp_replace(lower(${text}), '[^\\pL\\pN]+', '', 'g')`;

const mapSql = (pairs: Iterable<readonly [string, string]>): string => {
  const all = [...pairs];
  return `map([${all.map(([name]) => quoteText(name)).join(', ')}], [${all.map(([, value]) => quoteText(value)).join(', ')}])`;
};

/** Names that mean one option alone when case, blanks and punctuation do not count. */
function foldedCallings(options: readonly Option[]): readonly (readonly [string, string])[] {
  const meant = new Map<string, Set<string>>();
  for (const [name, { value }] of callings(options)) meant.set(folded(name), (meant.get(folded(name)) ?? new Set()).add(value));
  return [...meant].flatMap(([name, values]) =>
    values.size === 1 && name !== '' ? [[name, [...values][0] ?? ''] as const] : [],
  );
}

/** The value of the option; NULL where there is none. */
function valueSql(options: readonly Option[], text: string, exactly: boolean): string {
  const names = [...callings(options)].map(([name, { value }]) => [name, value] as const);
  const exact = `element_at(${mapSql(names)}, ${text})[1]`;
  if (exactly) return exact;
  const near = foldedCallings(options);
  const list = `[${near.map(([name, value]) => `{'n': ${quoteText(name)}, 'v': ${quoteText(value)}}`).join(', ')}]`;
  const mistyped = `list_distinct(list_transform(list_filter(${list}, lambda o: length(o.n) >= ${leastForTypos} and damerau_levenshtein(o.n, s) <= 1), lambda o: o.v))`;
  const one = named('l', mistyped, 'case when len(l) = 1 then l[1] end');
  if (near.length === 0) return exact;
  // Outside of the lambda: there, the map would be made for every row.
  const alike = `element_at(${mapSql(near)}, ${foldedSql(text)})[1]`;
  return `coalesce(${exact}, ${alike}, ${named('s', foldedSql(text), one)})`;
}

const labelSql = (options: readonly Option[], value: string): string =>
  `element_at(${mapSql(new Map(options.map((option) => [option.value, option.label])))}, ${value})[1]`;

export function selectSql({ options, allowCustom = false, exactMatchOnly = false }: Select, text: string, known?: string): Meant {
  const found = options.length === 0 ? 'cast(null as VARCHAR)' : valueSql(options, text, exactMatchOnly);
  const result = allowCustom ? `coalesce(${found}, nullif(${text}, ''))` : found;
  const label = (value: string): string => `coalesce(${labelSql(options, value)}, ${value})`;
  const shown = options.length === 0 ? text : known === undefined ? named('r', result, label('r')) : label(known);
  return { result, shown };
}

/** Where blanks are not cut off, a text with some at its ends is only what it is exactly. */
function memberSql({ options, trimValues }: Pick<MultiSelect, 'options' | 'trimValues'>, text: string): string {
  const near = valueSql(options, text, false);
  return trimValues ? near : `case when ${text} = trim(${text}) then ${near} else ${valueSql(options, text, true)} end`;
}

/** What stands between the delimiters, as a list: without blanks at the ends and what is empty then, unless those are kept. */
export function membersSql({ delimiter = ',', trimValues = true }: Omit<MultiSelect, 'options'>, text: string): string {
  const pieces = `string_split(${text}, ${quoteText(delimiter)})`;
  return trimValues ? `list_filter(list_transform(${pieces}, lambda p: trim(p)), lambda p: p <> '')` : pieces;
}

/** The delivered list as JSON text; NULL where one member is unknown. */
export function multiSelectSql(meaning: MultiSelect, text: string): Meant {
  const { options, delimiter = ',', trimValues = true } = meaning;
  const values = `list_transform(${membersSql(meaning, text)}, lambda p: ${memberSql({ options, trimValues }, 'p')})`;
  const whole = (write: string): string =>
    named('vs', values, `case when len(list_filter(vs, lambda v: v is null)) = 0 then ${write} end`);
  return {
    result: `case when coalesce(trim(${text}), '') = '' then '[]' else ${whole('cast(to_json(vs) as VARCHAR)')} end`,
    shown: whole(
      `array_to_string(list_transform(vs, lambda v: coalesce(${labelSql(options, 'v')}, v)), ${quoteText(trimValues ? `${delimiter} ` : delimiter)})`,
    ),
  };
}

/** A delivered list as one text, as JavaScript writes it. */
export const joinedSql = (result: string): string => `array_to_string(cast(try_cast(${result} as JSON) as VARCHAR[]), ',')`;

/** True where a text, or a member of it, is near to what an option is called, and not that itself. */
export function guessedSql(meaning: Select | MultiSelect, text: string): string {
  const names = `[${[...callings(meaning.options).keys()].map(quoteText).join(', ')}]`;
  if (meaning.options.length === 0) return 'false';
  if (meaning.is === 'select') return meaning.exactMatchOnly ? 'false' : `not list_contains(${names}, ${text})`;
  const { delimiter = ',' } = meaning;
  const members = `list_transform(string_split(${text}, ${quoteText(delimiter)}), lambda p: trim(p))`;
  return `len(list_filter(${members}, lambda p: p <> '' and not list_contains(${names}, p))) > 0`;
}

/** Words for a list of texts; NULL where there are none. */
export const unknownSql = (members: string): string =>
  `'This is not one of the options: ' || nullif(array_to_string(${members}, ', '), '')`;

/** The members that are no options, as a list. `value` = what a member means, NULL where it is none; absent = by the options of the field. */
export function unknownMembersSql(
  meaning: MultiSelect,
  text: string,
  value = (member: string): string => memberSql({ trimValues: true, ...meaning }, member),
): string {
  return `list_filter(${membersSql(meaning, text)}, lambda m: m <> '' and ${value('m')} is null)`;
}

/** Does one option occur twice? */
export function repeatedSql(meaning: MultiSelect, text: string): string {
  const list = `try_cast(${multiSelectSql(meaning, text).result} as JSON)`;
  return named('l', `cast(${list} as VARCHAR[])`, 'len(l) > len(list_distinct(l))');
}

/** Two options that one exact text would mean. */
export function optionProblems(options: readonly Option[]): readonly string[] {
  const names = options.flatMap(({ label, value, alternateMatches = [] }) => [...new Set([label, value, ...alternateMatches])]);
  const twice = names.filter((name, at) => names.indexOf(name) !== at);
  return [...new Set(twice)].map((name) => `two options are called ${JSON.stringify(name)}`);
}
