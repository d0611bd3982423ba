/** How numbers are written. Pure. */
import type { NumberFormat } from '../../domain/meaning.ts';
import { quoteText } from '../../sdk/duck-sql.ts';
import { named } from './meant.ts';

/** Holds every number that is read: 20 digits before the point, 18 behind it. */
export const fixed = 'DECIMAL(38,18)';

/** Digits without zeros at their end. `value` is of the type above. */
export const digitsOf = (value: string): string =>
  `regexp_replace(regexp_replace(cast(${value} as VARCHAR), '0+$', ''), '\\.$', '')`;

const averages = { thousand: [3, 'k'], million: [6, 'm'], billion: [9, 'b'], trillion: [12, 't'] } as const;

/** The text of a number of the type above. */
export function numberText(value: string, format: NumberFormat): string {
  const { output, average = false, forceAverage, totalLength = 0, prefix = '', postfix = '' } = format;
  // Moving the point is exact; multiplying would need more digits than there are.
  const moved = (places: number): string => `try_cast(${digitsOf(value)} || 'e${places}' as ${fixed})`;
  const written = (places: number, unit: string): string => signed(places === 0 ? value : moved(places), format, unit);
  let text: string;
  if (output === 'percent') text = written(2, '');
  else if (forceAverage) text = written(-averages[forceAverage][0], averages[forceAverage][1]);
  else if (average || totalLength > 0) {
    // What rounds to one of the next unit is written in it.
    const units = Object.values(averages).toReversed();
    const cases = units.map(([places, unit]) => `when abs(${value}) >= 5e${places - 1} then ${written(-places, unit)}`);
    text = `case ${cases.join(' ')} else ${written(0, '')} end`;
  } else text = written(0, '');
  return `${quoteText(prefix)} || (${text}) || ${quoteText(postfix)}`;
}

/** What is put around digits that are there already, as many as are wanted. */
export const dressed = (digits: string, format: NumberFormat): string =>
  `${quoteText(format.prefix ?? '')} || (${signed('', format, '', digits)}) || ${quoteText(format.postfix ?? '')}`;

/** `n` = its digits, as many as are wanted, with a minus. */
function signed(value: string, format: NumberFormat, unit: string, n = cut(value, format)): string {
  const { negative = 'sign', forceSign = false, spaceSeparated = false, characteristic = 0 } = format;
  const gap = unit !== '' && spaceSeparated ? ' ' : '';
  const bare = (closely: boolean): string => {
    const digits = grouped(padded(`ltrim(n, '-')`, characteristic), format.thousandSeparated ?? false);
    return decorated(unit === '' ? digits : `${digits} || ${quoteText(gap + unit)}`, format, closely, unit);
  };
  const below = { sign: `'-' || ${bare(false)}`, parenthesis: `'(' || ${bare(false)} || ')'`, apart: `'- ' || ${bare(true)}` }[
    negative
  ];
  const above = forceSign ? `'+' || ${bare(false)}` : bare(false);
  return named('n', n, `case when starts_with(n, '-') then ${below} else ${above} end`);
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
function decorated(text: string, format: NumberFormat, closely: boolean, unit: string): string {
  const { output, currencySymbol = '$', currencyPosition, spaceSeparated, spaceSeparatedCurrency } = format;
  if (output === 'percent') return `${text} || ${quoteText(spaceSeparated && !closely ? ' %' : '%')}`;
  if (output !== 'currency') return text;
  // The space that parts a number from its unit is not there twice.
  const apart = spaceSeparatedCurrency || (spaceSeparated && unit === '');
  const space = apart && !closely ? ' ' : '';
  return currencyPosition === 'postfix'
    ? `${text} || ${quoteText(`${space}${currencySymbol}`)}`
    : `${quoteText(`${currencySymbol}${space}`)} || ${text}`;
}
