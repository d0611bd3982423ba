/** Numbers as people write them: `$1,234.56`, `(89)`, `45 %`, `2.5m`. Digits stay digits: nothing becomes a double. Pure. */
import type { Meaning } from '../../domain/meaning.ts';
import { quoteText } from '../../sdk/duck-sql.ts';
import { digitsOf, fixed, numberText } from './number-text.ts';
import { named, type Meant } from './meant.ts';

export type NumberMeaning = Extract<Meaning, { is: 'number' }>;

/** What a double holds to the digit: more of them would be lost by whoever reads the result. */
const largest = '9007199254740991';

/** Numbers of so few characters fit into a machine word, with digits after the point as far as they are not rounded away. */
const shortest = 14;
const usualScale = 3;

const literally = (text: string): string =>
  text.replaceAll(/[^A-Za-z0-9]/g, (char) => `\\x{${(char.codePointAt(0) ?? 0).toString(16)}}`);

/** Groups of three, or one comma anywhere: `1,23` is what people get who read it as English. */
const plain = String.raw`(?:\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d+,\d+(?:\.\d*)?|\d+\.\d+,\d+|\d+(?:\.\d*)?|\.\d+)`;
const power = String.raw`(?:[eE][+-]?\d{1,2}|\s?[kKmMbBtT%])?`;

/** Only a comma that parts a fraction explains it. */
const european = String.raw`[-+(€$£\s]*(?:\d{1,3}(?:\.\d{3})+,\d+|\d+,(?:\d{1,2}|\d{4,}))[)\s€%]*`;

function pattern({ symbols = [] }: NumberMeaning): string {
  const symbol = `(?:${['$', ...symbols].map(literally).join('|')})`;
  const number = String.raw`(?:${symbol}\s?)?${plain}${power}(?:\s?${symbols.length === 0 ? 'a{0}' : `(?:${symbols.map(literally).join('|')})`})?`;
  return String.raw`\(\s?${number}\s?\)|(?:[-+]\s?)?${number}|${symbol}\s?[-+]\s?${plain}${power}`;
}

/** Does the column hold numbers that only a comma before the fraction explains? An aggregate. */
export const europeanSql = (text: string): string =>
  `coalesce(bool_or(regexp_full_match(${text}, ${quoteText(european)})), false)`;

/** True for a number that such a column may mean otherwise. */
export const doubtfulNumber = (text: string, fact: string): string => `(${fact} and contains(${text}, ','))`;

export function numberSql(meaning: NumberMeaning, text: string): Meant {
  const { round, min, max, display = { thousandSeparated: true }, output } = meaning;
  const part = (what: string): string => `regexp_extract(${text}, ${quoteText(what)})`;
  const minus = `case when regexp_matches(${text}, '^[^0-9.]*[-(]') then '-' else '' end`;
  const digits = `replace(${part(String.raw`[0-9][0-9.,]*|\.[0-9]+`)}, ',', '')`;
  const exponent = `case lower(trim(regexp_extract(${text}, '[0-9.]\\s?([kKmMbBtT%])', 1))) when 'k' then 'e3' when 'm' then 'e6' when 'b' then 'e9' when 't' then 'e12' when '%' then 'e-2' else regexp_extract(${text}, '[eE][+-]?[0-9]+') end`;
  const isNumber = `regexp_full_match(${text}, ${quoteText(pattern(meaning))})`;
  const wanted = [
    ...(min === undefined ? [] : [`x >= cast(${quoteText(min)} as ${fixed})`]),
    ...(max === undefined ? [] : [`x <= cast(${quoteText(max)} as ${fixed})`]),
  ];
  const bounds = [`abs(x) <= ${largest}`, ...wanted].join(' and ');
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
    `case when ${['x is not null', ...wanted].join(' and ')} then ${scale === 0 ? 'cast(x as VARCHAR)' : digitsOf('x')} end`,
  );
  const exact = value(digitsOf('x'));
  const plainly = scale < 0 || scale > 4 ? exact : `case when ${isShort} then ${quick} else ${exact} end`;
  return {
    result: output === undefined ? plainly : value(numberText('x', output)),
    shown: value(numberText('x', display)),
  };
}
