/** Days and times written in a format, as SQL over a TIMESTAMP. Pure. */
import { quoteText } from '../../sdk/duck-sql.ts';
import type { Part, Unit } from './moment-part.ts';

const codes: Readonly<Record<Unit, string>> = {
  year: 'Y',
  shortYear: 'y',
  month: 'm',
  day: 'd',
  hour: 'H',
  hour12: 'I',
  minute: 'M',
  second: 'S',
};

const places = { month: 'month(%)', day: 'dayofweek(%) + 1', hour: 'hour(%) + 1' } as const;

export function momentText(value: string, parts: readonly Part[]): string {
  const written = parts.map((part) => partText(value, part));
  return written.length === 0 ? "''" : `(${written.join(' || ')})`;
}

function partText(value: string, part: Part): string {
  if (part.is === 'text') return quoteText(part.text);
  if (part.is === 'counted') return `cast(${part.sql.replace('%', value)} as VARCHAR)`;
  if (part.is === 'names') return `([${part.names.map(quoteText).join(', ')}])[${places[part.of].replace('%', value)}]`;
  const { of, digits } = part;
  // Years have no form without zeros in front: there are none before 1000.
  return `strftime(${value}, '%${digits > 1 || of === 'year' ? '' : '-'}${codes[of]}')`;
}
