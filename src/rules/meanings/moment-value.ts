/** What the groups of a text in a format mean, as SQL; `moment-format.ts` has their letters. Pure. */
import { dateOf, fullYear, hourOf, monthOf, ordinalDate, sinceEpoch, weekDate, withClock } from './moment-sql.ts';

interface Found {
  has(...some: readonly string[]): boolean;
  readonly words: ReadonlyMap<string, number>;
  readonly halves: readonly string[];
  readonly weekdays: readonly string[];
}

/** A TIMESTAMP of the groups of `p`. */
export function momentOf(is: 'date' | 'datetime' | 'time', { has, words, halves, weekdays }: Found): string {
  const group = (name: string): string | undefined => (has(name) ? `p.${name}` : undefined);
  const millis = group('x') ?? (has('t') ? `(p.t || '000')` : undefined);
  if (millis !== undefined) {
    const whole = sinceEpoch(millis);
    if (is === 'datetime') return whole;
    return is === 'date' ? `cast(cast(${whole} as DATE) as TIMESTAMP)` : `DATE '1970-01-01' + cast(${whole} as TIME)`;
  }
  const day = is === 'time' ? `DATE '1970-01-01'` : dayOf(group, words, weekdays);
  if (is === 'date' || !has('h', 'k')) return `cast(${day} as TIMESTAMP)`;
  return withClock(day, {
    hour: group('h') ?? hourOf('p.k', group('a'), halves),
    minute: group('i'),
    second: group('s'),
    fraction: group('f') ?? (has('l') ? `lpad(p.l, 3, '0')` : undefined),
  });
}

/** A DATE of the groups of `p`. */
function dayOf(
  group: (name: string) => string | undefined,
  words: ReadonlyMap<string, number>,
  weekdays: readonly string[],
): string {
  const year = group('y') ?? fullYear('p.z');
  const day = group('d');
  const month = group('m') ?? (group('n') && monthOf('p.n', words));
  if (day !== undefined && month !== undefined) return dateOf(year, month, day);
  if (group('o') !== undefined) return ordinalDate(year, 'p.o');
  // The names begin with Sunday, which ends the week.
  const named = new Map(weekdays.map((name, at) => [name, at === 0 ? 7 : at]));
  const weekday = group('e') ?? (group('g') && monthOf('p.g', named));
  return weekDate(group('v') ?? fullYear('p.u'), 'p.w', weekday ?? `''`);
}
