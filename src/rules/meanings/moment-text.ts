/** Days and times written in a format, as SQL over a TIMESTAMP. Pure. */
import { quoteText } from '../../sdk/duck-sql.ts';
import type { Part, Unit } from './moment-part.ts';

/** As `strftime` has them, with and without zeros in front. */
const codes: Partial<Readonly<Record<Unit, string>>> = {
  year: 'Y',
  shortYear: 'y',
  month: 'm',
  day: 'd',
  hour: 'H',
  hour12: 'I',
  minute: 'M',
  second: 'S',
};

/** What `strftime` has not, or has otherwise; the value is %. */
const others: Partial<Readonly<Record<Unit, string>>> = {
  milli: 'mod(millisecond(%), 1000)',
  weekYear: 'isoyear(%)',
  shortWeekYear: 'mod(isoyear(%), 100)',
  week: 'week(%)',
  weekday: 'isodow(%)',
  ordinal: 'dayofyear(%)',
  // Down to the second first: division goes towards zero.
  epoch: `epoch_ms(date_trunc('second', %)) // 1000`,
  epochMilli: 'epoch_ms(%)',
};

const places = { month: 'month(%)', day: 'dayofweek(%) + 1', hour: 'hour(%) + 1' } as const;

export function momentText(value: string, parts: readonly Part[]): string {
  const written = parts.map((part) => partText(value, part));
  return written.length === 0 ? "''" : `(${written.join(' || ')})`;
}

function partText(value: string, part: Part): string {
  if (part.is === 'text' || part.is === 'zone') return quoteText(part.text);
  if (part.is === 'counted') return `cast(${part.sql.replaceAll('%', value)} as VARCHAR)`;
  if (part.is === 'names') return `([${part.names.map(quoteText).join(', ')}])[${places[part.of].replace('%', value)}]`;
  return numberText(value, part);
}

function numberText(value: string, { of, digits }: Extract<Part, { is: 'number' }>): string {
  // The first digits, not the last: they follow a point.
  if (of === 'fraction') return `left(strftime(${value}, '%g'), ${digits})`;
  const other = others[of];
  if (other !== undefined) {
    const text = `cast(${other.replace('%', value)} as VARCHAR)`;
    return digits > 1 ? `lpad(${text}, ${digits}, '0')` : text;
  }
  // Years have no form without zeros in front: there are none before 1000.
  const text = `strftime(${value}, '%${digits > 1 || of === 'year' ? '' : '-'}${codes[of] ?? ''}')`;
  return digits > 4 ? `lpad(${text}, ${digits}, '0')` : text;
}
