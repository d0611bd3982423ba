/** How numbers are written. Pure. */
import type { NumberFormat } from '../../domain/meaning.ts';
import { quoteText } from '../../sdk/duck-sql.ts';
import { named } from './meant.ts';
import { bytesOf, ordinalEnd, powerOf, timeText } from './number-forms.ts';

/** Holds every number that is read: 20 digits before the point, 18 behind it. */
export const fixed = 'DECIMAL(38,18)';

/** Digits without zeros at their end. `value` is of the type above. */
export const digitsOf = (value: string): string =>
  `regexp_replace(regexp_replace(cast(${value} as VARCHAR), '0+$', ''), '\\.$', '')`;

const averages = { thousand: [3, 'k'], million: [6, 'm'], billion: [9, 'b'], trillion: [12, 't'] } as const;

/** The number with its point moved by so many places, an expression. That is exact; multiplying would need more digits than there are. */
const moved = (value: string, places: string | number): string =>
  `try_cast(${digitsOf(value)} || 'e' || (${places}) as ${fixed})`;

/** The text of a number of the type above. */
export function numberText(value: string, format: NumberFormat): string {
  const { prefix = '', postfix = '' } = format;
  return `${quoteText(prefix)} || (${written(value, format)}) || ${quoteText(postfix)}`;
}

/** What is put around digits that are there already, as many as are wanted. */
export const dressed = (digits: string, format: NumberFormat): string =>
  `${quoteText(format.prefix ?? '')} || (${signed('', format, '', digits)}) || ${quoteText(format.postfix ?? '')}`;

function written(value: string, format: NumberFormat): string {
  const { output, exponential = false, spaceSeparated = false } = format;
  const gap = quoteText(spaceSeparated ? ' ' : '');
  if (output === 'time') return timeText(value);
  if (output === 'ordinal') return `${scaled(value, format)} || ${gap} || ${ordinalEnd(value)}`;
  if (output === 'byte') {
    const bytes = named('b', bytesOf(value, format.base ?? 'binary'), `${scaled('b.n', format)} || ${gap} || b.u`);
    return `case when ${value} is not null then ${bytes} end`;
  }
  if (output !== 'percent') return scaled(value, format);
  return exponential ? powered(moved(value, 2), format) : signed(moved(value, 2), format, '');
}

/** In the unit of its average, where one is wanted. */
function scaled(value: string, format: NumberFormat): string {
  const { exponential, average = false, forceAverage, totalLength = 0, lowPrecision = true } = format;
  if (exponential) return powered(value, format);
  const inUnit = (places: number, unit: string): string => signed(moved(value, -places), format, unit);
  if (forceAverage) return inUnit(averages[forceAverage][0], averages[forceAverage][1]);
  if (!average && totalLength === 0) return signed(value, format, '');
  // What rounds to one of the next unit is written in it.
  const least = (places: number): string => (lowPrecision ? `5e${places - 1}` : `1e${places}`);
  const units = Object.values(averages).toReversed();
  const cases = units.map(([places, unit]) => `when abs(${value}) >= ${least(places)} then ${inUnit(places, unit)}`);
  return `case ${cases.join(' ')} else ${signed(value, format, '')} end`;
}

/** `1.5e+3` */
function powered(value: string, { average: _none, characteristic = 0, ...format }: NumberFormat): string {
  const power = `${powerOf(value)} - ${Math.max(characteristic - 1, 0)}`;
  const text = signed(moved(value, '-p'), format, { power: `'e' || case when p < 0 then '' else '+' end || p` });
  return named('p', power, text);
}

/** An abbreviation, or an expression for a power of ten. */
type Unit = string | { readonly power: string };

/** `n` = its digits, as many as are wanted, with a minus. */
function signed(value: string, format: NumberFormat, unit: Unit, n = cut(value, format)): string {
  const { negative = 'sign', forceSign = false, spaceSeparated = false, characteristic = 0, optionalCharacteristic } = format;
  const gap = unit !== '' && spaceSeparated ? ' ' : '';
  const behind = typeof unit === 'string' ? quoteText(gap + unit) : unit.power;
  const bare = (closely: boolean): string => {
    const plain = optionalCharacteristic ? `regexp_replace(ltrim(n, '-'), '^0(\\.|$)', '\\1')` : `ltrim(n, '-')`;
    const digits = grouped(padded(plain, characteristic), format.thousandSeparated ?? false);
    return decorated(unit === '' ? digits : `${digits} || ${behind}`, format, closely, unit);
  };
  const front = format.output === 'percent' && format.prefixSymbol ? `${quoteText(spaceSeparated ? '% ' : '%')} || ` : '';
  const below = { sign: `'-' || ${bare(false)}`, parenthesis: `'(' || ${bare(false)} || ')'`, apart: `'- ' || ${bare(true)}` }[
    negative
  ];
  const above = forceSign ? `'+' || ${bare(false)}` : bare(false);
  return named('n', n, `${front}case when starts_with(n, '-') then ${below} else ${above} end`);
}

/** With as many digits after the point as are wanted. */
function cut(
  value: string,
  { mantissa, trimMantissa, optionalMantissa, average, forceAverage, totalLength = 0 }: NumberFormat,
): string {
  const to = (digits: number): string => `cast(cast(${value} as DECIMAL(38,${digits})) as VARCHAR)`;
  if (totalLength > 0) {
    const whole = `length(split_part(ltrim(${digitsOf(value)}, '-'), '.', 1))`;
    const cases = Array.from({ length: totalLength - 1 }, (_, at) => `when ${at + 1} then ${to(totalLength - 1 - at)}`);
    return `case ${whole} ${[...cases, 'when 0 then null'].join(' ')} else ${to(0)} end`;
  }
  if (mantissa === undefined) return average || forceAverage ? to(0) : digitsOf(value);
  if (mantissa > 0 && trimMantissa) return `regexp_replace(${to(mantissa)}, '\\.?0+$', '')`;
  return mantissa > 0 && optionalMantissa ? `regexp_replace(${to(mantissa)}, '\\.0+$', '')` : to(mantissa);
}

function padded(text: string, characteristic: number): string {
  if (characteristic === 0) return text;
  const whole = `split_part(${text}, '.', 1)`;
  const wide = `case when length(${whole}) < ${characteristic} then lpad(${whole}, ${characteristic}, '0') else ${whole} end`;
  return `(${wide} || substr(${text}, length(${whole}) + 1))`;
}

function grouped(text: string, separated: boolean): string {
  if (!separated) return text;
  const whole = `split_part(${text}, '.', 1)`;
  const inGroups = `reverse(ltrim(regexp_replace(reverse(${whole}), '([0-9]{3})', '\\1,', 'g'), ','))`;
  const rest = `case when contains(${text}, '.') then '.' || split_part(${text}, '.', 2) else '' end`;
  return `case when length(${whole}) <= 3 then ${text} else ltrim(${inGroups}, ',') || ${rest} end`;
}

/** `closely`: no space beside the symbol. */
function decorated(text: string, format: NumberFormat, closely: boolean, unit: Unit): string {
  const { output, currencySymbol = '$', currencyPosition, spaceSeparated, spaceSeparatedCurrency, prefixSymbol } = format;
  if (output === 'percent') {
    const space = spaceSeparated && !closely ? ' ' : '';
    // In front of the sign as well: that is written by the caller.
    return prefixSymbol ? text : `${text} || ${quoteText(`${space}%`)}`;
  }
  if (output !== 'currency') return text;
  // The space that parts a number from its unit is not there twice.
  const apart = spaceSeparatedCurrency || (spaceSeparated && unit === '');
  const space = apart && !closely ? ' ' : '';
  return currencyPosition === 'postfix'
    ? `${text} || ${quoteText(`${space}${currencySymbol}`)}`
    : `${quoteText(`${currencySymbol}${space}`)} || ${text}`;
}
