/** Numbers as people write them: `$1,234.56`, `(89)`, `45 %`, `2.5m`. Digits stay digits: nothing becomes a double. Pure. */
import type { Meaning, NumberFormat } from '../../domain/meaning.ts';
import { quoteText } from '../../sdk/duck-sql.ts';
import { digitsOf, dressed, fixed, numberText } from './number-text.ts';
import { named, type Meant } from './meant.ts';
import { withoutAround } from './number-around.ts';

export type NumberMeaning = Extract<Meaning, { is: 'number' }>;

/** What a double holds to the digit: more of them would be lost by whoever reads the result. */
const largest = '9007199254740991';

/** Numbers of so few characters fit into a machine word, with digits after the point as far as they are not rounded away. */
const shortest = 14;
const usualScale = 3;

/** Groups of three, or as India has them, or one comma anywhere: `1,23` is what people get who read it as English. */
const plain = String.raw`(?:\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d*)?|\d+,\d+(?:\.\d*)?|\d+\.\d+,\d+|\d+(?:\.\d*)?|\.\d+)`;
const power = String.raw`(?:[eE][+-]?\d{1,2}|\s?[kKmMbBtT%])?`;

/** Only a comma that parts a fraction explains it. */
const european = String.raw`[-+(€$£\s]*(?:\d{1,3}(?:\.\d{3})+,\d+|\d+,(?:\d{1,2}|\d{4,}))[)\s€$£%]*`;

const number = String.raw`(?:\$\s?)?${plain}${power}(?:\s?\$)?`;
const pattern = [
  String.raw`\(\s?${number}\s?\)(?:\s?\$)?`,
  String.raw`\(\s?${plain}\s?\)\s?%`,
  String.raw`(?:[-+]\s?)?${number}`,
  String.raw`\$\s?(?:[-+]\s?${plain}${power}|\(\s?${plain}${power}\s?\))`,
].join('|');

/** Does the column hold numbers that only a comma before the fraction explains? An aggregate. */
export const europeanSql = (meaning: NumberMeaning, text: string): string =>
  `coalesce(bool_or(regexp_full_match(${withoutAround(meaning, text)}, ${quoteText(european)})), false)`;

/** True for a number that such a column may mean otherwise. */
export const doubtfulNumber = (text: string, fact: string): string => `(${fact} and contains(${text}, ','))`;

/** `known` = the name of a column that holds the result. */
export function numberSql(meaning: NumberMeaning, written: string, known?: string): Meant {
  const { round, min, max, display = { thousandSeparated: true }, output } = meaning;
  const inner = withoutAround(meaning, written);
  // Taken off once, where there is something to be taken off.
  const text = inner === written ? written : 't';
  const within = (body: string): string => (inner === written ? body : named(text, inner, body));
  const part = (what: string): string => `regexp_extract(${text}, ${quoteText(what)})`;
  const minus = `case when regexp_matches(${text}, '^[^0-9.]*[-(]') then '-' else '' end`;
  const digits = `replace(${part(String.raw`[0-9][0-9.,]*|\.[0-9]+`)}, ',', '')`;
  const exponent = `case lower(trim(regexp_extract(${text}, '[0-9.][\\s)]*([kKmMbBtT%])', 1))) when 'k' then 'e3' when 'm' then 'e6' when 'b' then 'e9' when 't' then 'e12' when '%' then 'e-2' else regexp_extract(${text}, '[eE][+-]?[0-9]+') end`;
  const isNumber = `regexp_full_match(${text}, ${quoteText(pattern)})`;
  const limits = (x: string): readonly string[] => [
    ...(min === undefined ? [] : [`${x} >= ${bound(min)}`]),
    ...(max === undefined ? [] : [`${x} <= ${bound(max)}`]),
  ];
  const bounds = [`abs(x) <= ${largest}`, ...limits('x')].join(' and ');
  const read = `case when ${isNumber} then try_cast(${minus} || ${digits} || ${exponent} as ${fixed}) end`;
  const rounded = round === undefined ? read : `cast(round(${read}, ${round}) as ${fixed})`;
  const value = (write: string): string => named('x', rounded, `case when ${bounds} then ${write} end`);
  const scale = round ?? usualScale;
  const small = `DECIMAL(18,${scale})`;
  const isShort =
    `${isNumber} and ${exponent} = '' and length(${digits}) <= ${shortest}` +
    (round === undefined ? ` and length(split_part(${digits}, '.', 2)) <= ${usualScale}` : '');
  const quick = named(
    'x',
    `try_cast(${minus} || ${digits} as ${small})`,
    `case when ${['x is not null', ...limits('x')].join(' and ')} then ${scale === 0 ? 'cast(x as VARCHAR)' : digitsOf('x')} end`,
  );
  // As most numbers stand: one look is enough.
  const isBare = [
    `regexp_full_match(${written}, ${quoteText(bareNumber(Math.min(scale, usualScale)))})`,
    ...limits(`try_cast(${written} as ${small})`),
  ];
  const exact = value(digitsOf('x'));
  const plainly =
    scale < 0 || scale > 4
      ? within(exact)
      : `case when ${isBare.join(' and ')} then ${bareDigits(written)} else ${within(`case when ${isShort} then ${quick} else ${exact} end`)} end`;
  const isKnown = known !== undefined && output === undefined;
  return {
    result: output === undefined ? plainly : within(value(numberText('x', output))),
    shown: isKnown ? digitsShown(known, display) : within(value(numberText('x', display))),
  };
}

/** As narrow as it can be: wide numbers are compared slowly. */
const bound = (text: string): string =>
  `cast(${quoteText(text)} as ${/^-?\d{1,12}(?:\.\d{1,3})?$/.test(text) ? 'DECIMAL(18,3)' : fixed})`;

/** Few digits, a minus in front of one that is no zero, and a point with so many behind it. */
const bareNumber = (behind: number): string =>
  behind === 0
    ? String.raw`0|-?[1-9]\d{0,${shortest - 1}}`
    : String.raw`0|-?[1-9]\d{0,${shortest - 1}}|(?:0|-?[1-9]\d{0,9})\.\d{1,${behind}}`;

const bareDigits = (text: string): string =>
  `case when contains(${text}, '.') then rtrim(rtrim(${text}, '0'), '.') else ${text} end`;

/** From digits as they are delivered: where they are as many as are wanted, they stay texts. */
function digitsShown(digits: string, format: NumberFormat): string {
  const { mantissa, output = 'number' } = format;
  const slowly = named('x', `try_cast(${digits} as ${fixed})`, `case when x is not null then ${numberText('x', format)} end`);
  const isPlain = output === 'number' || output === 'currency';
  if (!isPlain || Object.keys(format).some((key) => !plainKeys.has(key))) return slowly;
  if (mantissa === undefined) return dressed(digits, format);
  const behind = `length(split_part(${digits}, '.', 2))`;
  const point = `case when ${behind} = 0 then '.' else '' end`;
  const padded = mantissa === 0 ? digits : `${digits} || ${point} || repeat('0', ${mantissa} - ${behind})`;
  return `case when ${digits} is null then null when ${behind} <= ${mantissa} then ${dressed(padded, format)} else ${slowly} end`;
}

/** What does not change the digits. */
const plainKeys: ReadonlySet<string> = new Set([
  'mantissa',
  'characteristic',
  'thousandSeparated',
  'output',
  'currencySymbol',
  'currencyPosition',
  'spaceSeparated',
  'spaceSeparatedCurrency',
  'negative',
  'forceSign',
  'prefix',
  'postfix',
]);
