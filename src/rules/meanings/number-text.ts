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
  const plain = optionalCharacteristic ? `regexp_replace(ltrim(n, '-'), '^0(\\.|$)', '\\1')` : `ltrim(n, '-')`;
  const digits = infixed(grouped(padded(plain, characteristic), format.thousandSeparated ?? false), format);
  const text = unit === '' ? digits : `${digits} || ${behind}`;
  const { front, end, gapped } = decoration(format, unit);
  const around = (inner: string, before = front): string =>
    [...(before === '' ? [] : [quoteText(before)]), inner, ...(end === '' ? [] : [quoteText(end)])].join(' || ');
  // A sign goes in front of the symbol, and takes the space that would be behind that.
  const withSign = (sign: '-' | '+'): string =>
    format.output === 'percent'
      ? around(`'${sign}' || ${text}`)
      : `'${sign}${gapped || (sign === '-' && negative === 'apart') ? ' ' : ''}' || ${around(text, front.trimEnd())}`;
  const below = negative === 'parenthesis' ? around(`'(' || ${text} || ')'`) : withSign('-');
  const above = forceSign
    ? `case when regexp_full_match(n, '[0.]*') then ${around(text)} else ${withSign('+')} end`
    : around(text);
  return named('n', n, `case when starts_with(n, '-') then ${below} else ${above} end`);
}

/** With as many digits after the point as are wanted. */
function cut(
  value: string,
  { mantissa, trimMantissa, optionalMantissa, average, forceAverage, totalLength = 0 }: NumberFormat,
): string {
  // A half goes up, of numbers below zero as well: -2.5 is -2.
  const up = `case when x < 0 then x + 0.000000000000000001::${fixed} else x end`;
  const to = (digits: number): string => `cast(${named('x', value, `cast(${up} as DECIMAL(38,${digits}))`)} as VARCHAR)`;
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

/** The symbol in the place of the point. */
function infixed(text: string, { output, currencyPosition, currencySymbol = '$', ...format }: NumberFormat): string {
  if (output !== 'currency' || currencyPosition !== 'infix') return text;
  const space = (format.spaceSeparatedCurrency ?? format.spaceSeparated) ? ' ' : '';
  return `replace(${text}, '.', ${quoteText(`${space}${currencySymbol}${space}`)})`;
}

interface Decoration {
  readonly front: string;
  readonly end: string;
  /** There is a space between the symbol in front and the number. */
  readonly gapped: boolean;
}

/** What stands around a number, sign and brackets apart: as numbro 2.5 has it. */
function decoration(format: NumberFormat, unit: Unit): Decoration {
  const {
    output,
    currencySymbol = '$',
    currencyPosition = 'prefix',
    spaceSeparated,
    spaceSeparatedCurrency,
    prefixSymbol,
  } = format;
  const space = spaceSeparated ? ' ' : '';
  if (output === 'percent')
    return prefixSymbol ? { front: `%${space}`, end: '', gapped: false } : { front: '', end: `${space}%`, gapped: false };
  if (output !== 'currency' || currencyPosition === 'infix') return { front: '', end: '', gapped: false };
  const apart = spaceSeparatedCurrency || spaceSeparated ? ' ' : '';
  // Behind the unit of an average there is none.
  if (currencyPosition === 'postfix') return { front: '', end: `${unit === '' ? apart : ''}${currencySymbol}`, gapped: false };
  return { front: `${currencySymbol}${apart}`, end: '', gapped: apart !== '' };
}
