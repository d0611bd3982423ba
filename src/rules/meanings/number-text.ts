/** How numbers are written. Pure. */
import type { NumberFormat } from '../../domain/meaning.ts';
import { quoteText } from '../../sdk/duck-sql.ts';
import { named } from './meant.ts';

/** Holds every number that is read: 20 digits before the point, 18 behind it. */
export const fixed = 'DECIMAL(38,18)';

/** Digits without zeros at their end. `value` is of the type above. */
export const digitsOf = (value: string): string =>
  `regexp_replace(regexp_replace(cast(${value} as VARCHAR), '0+$', ''), '\\.$', '')`;

/** The text of a number of the type above. */
export function numberText(value: string, format: NumberFormat): string {
  const { mantissa, trimMantissa = false, output, negative = 'sign', forceSign = false } = format;
  // Moving the point is exact; multiplying would need more digits than there are.
  const scaled = output === 'percent' ? `try_cast(${digitsOf(value)} || 'e2' as ${fixed})` : value;
  const cut = mantissa === undefined ? digitsOf(scaled) : `cast(cast(${scaled} as DECIMAL(38,${mantissa})) as VARCHAR)`;
  const digits = mantissa !== undefined && mantissa > 0 && trimMantissa ? `regexp_replace(${cut}, '\\.?0+$', '')` : cut;
  const isNegative = `starts_with(n, '-')`;
  const bare = decorated(grouped(`ltrim(n, '-')`, format.thousandSeparated ?? false), format);
  const below = {
    sign: `'-' || ${bare}`,
    parenthesis: `'(' || ${bare} || ')'`,
    apart: `'- ' || ${decorated(grouped(`ltrim(n, '-')`, format.thousandSeparated ?? false), { ...format, spaceSeparated: false })}`,
  }[negative];
  const above = forceSign ? `'+' || ${bare}` : bare;
  const text = named('n', digits, `case when ${isNegative} then ${below} else ${above} end`);
  return `${prefix(format.prefix)}${text}${postfix(format.postfix)}`;
}

function grouped(text: string, separated: boolean): string {
  if (!separated) return text;
  const whole = `split_part(${text}, '.', 1)`;
  const inGroups = `reverse(ltrim(regexp_replace(reverse(${whole}), '([0-9]{3})', '\\1,', 'g'), ','))`;
  const rest = `case when contains(${text}, '.') then '.' || split_part(${text}, '.', 2) else '' end`;
  return `ltrim(${inGroups}, ',') || ${rest}`;
}

function decorated(text: string, { output, currencySymbol = '$', currencyPosition, spaceSeparated }: NumberFormat): string {
  const space = spaceSeparated ? ' ' : '';
  if (output === 'percent') return `${text} || ${quoteText(`${space}%`)}`;
  if (output !== 'currency') return text;
  return currencyPosition === 'postfix'
    ? `${text} || ${quoteText(`${space}${currencySymbol}`)}`
    : `${quoteText(`${currencySymbol}${space}`)} || ${text}`;
}

const prefix = (text = ''): string => (text === '' ? '' : `${quoteText(text)} || `);
const postfix = (text = ''): string => (text === '' ? '' : ` || ${quoteText(text)}`);
