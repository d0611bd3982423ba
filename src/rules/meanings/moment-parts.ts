/** Formats of days and times, of tokens as Luxon has them, taken apart. Pure. */
import { dayNames, eraName, firstDayOfWeek, halfNames, localeParts, monthNames } from './moment-names.ts';
import type { Part, Unit } from './moment-part.ts';
import { counted, eras, localised, months, numbers, weekdays, zones } from './moment-tokens.ts';

/** Quoted text (also without an end), runs of one letter, and what stands between them. */
const pieces = (format: string): readonly string[] => format.match(/'[^']*(?:'|$)|([A-Za-z])\1*|[^A-Za-z']+/g) ?? [];

/** Two quotes with nothing between them are one. */
const unquoted = (piece: string): string => (piece === "''" ? "'" : piece.replaceAll("'", ''));

/** The tokens that nobody here knows. */
export const unknownTokens = (format: string): readonly string[] =>
  format === '[ISO]'
    ? []
    : pieces(format).filter(
        (piece) =>
          /^[A-Za-z]/.test(piece) &&
          piece !== 'a' &&
          ![localised, numbers, counted, zones, eras, months, weekdays].some((known) => Object.hasOwn(known, piece)),
      );

export function formatParts(format: string, locale: string): readonly Part[] {
  return pieces(format).flatMap((piece): readonly Part[] => {
    if (!/^[A-Za-z]/.test(piece)) return [{ is: 'text', text: unquoted(piece) }];
    const [number, month, weekday, local] = [numbers[piece], months[piece], weekdays[piece], localised[piece]];
    const [count, zone, era] = [counted[piece], zones[piece], eras[piece]];
    if (count) return [{ is: 'counted', sql: count(firstDayOfWeek(locale)) }];
    if (zone !== undefined) return [{ is: 'zone', text: zone }];
    if (era) return [{ is: 'text', text: eraName(era, locale) }];
    if (number) return [{ is: 'number', of: number[0], digits: number[1] }];
    if (month) return [{ is: 'names', of: 'month', names: monthNames(month, locale) }];
    if (weekday) return [{ is: 'names', of: 'day', names: dayNames(weekday, locale) }];
    return local ? localeParts(local, locale) : [{ is: 'names', of: 'hour', names: halfNames(locale) }];
  });
}

/** Does the day stand in front of the month in this format? Undefined where it does not write both as numbers. */
export function formatDayFirst(parts: readonly Part[]): boolean | undefined {
  const place = (of: Unit): number => parts.findIndex((part) => part.is === 'number' && part.of === of);
  const [day, month] = [place('day'), place('month')];
  return day < 0 || month < 0 ? undefined : day < month;
}

/** Is the day in front of the month where this locale writes both? */
export const dayComesFirst = (locale: string): boolean => formatDayFirst(formatParts('D', locale)) ?? false;
