/** Numbers that are written as something else: as places in a row, bytes, times, powers of ten. Pure. */
import type { NumberFormat } from '../../domain/meaning.ts';
import { quoteText } from '../../sdk/duck-sql.ts';
import { named } from './meant.ts';

const letters = ['', 'K', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'] as const;

const bases: Readonly<Record<NonNullable<NumberFormat['base']>, { readonly scale: number; readonly infix: string }>> = {
  decimal: { scale: 1000, infix: '' },
  binary: { scale: 1024, infix: 'i' },
  general: { scale: 1024, infix: '' },
};

/** A struct of `n`, the number in its unit, and `u`, the unit. Powers of two part doubles without a rest. */
export function bytesOf(value: string, base: keyof typeof bases): string {
  const { scale, infix } = bases[base];
  const units = letters.map((letter, power) => ({ power, unit: letter === '' ? 'B' : `${letter}${infix}B` })).toReversed();
  const inUnit = (power: number): string =>
    power === 0
      ? `cast(${value} as DECIMAL(38,18))`
      : `try_cast(cast(cast(${value} as DOUBLE) / pow(${scale}, ${power}) as VARCHAR) as DECIMAL(38,18))`;
  const cases = units.map(({ power, unit }) => {
    const found = `{'n': ${inUnit(power)}, 'u': '${unit}'}`;
    return power === 0 ? `else ${found}` : `when abs(${value}) >= pow(${scale}, ${power}) then ${found}`;
  });
  return `case ${cases.join(' ')} end`;
}

/** The number of bytes behind `1.5KiB`, as digits; other texts stay. An `i` always says powers of two, and none what `base` means by it. */
export function bytesAgain(text: string, base: keyof typeof bases): string {
  const shape = String.raw`^([-+(]?)([\d.,]+)\)?\s?([${letters.join('')}]?)(i?)B$`;
  const parts = named('m', `regexp_extract(${text}, ${quoteText(shape)}, ['s', 'n', 'u', 'i'])`, bytesOfParts(base));
  return `case when regexp_matches(${text}, ${quoteText(shape)}) then ${parts} else ${text} end`;
}

/** Of the struct `m`. Decimal units move the point; of the others doubles are exact, as when they were parted. */
function bytesOfParts(base: keyof typeof bases): string {
  const power = `(list_position([${letters.map(quoteText).join(', ')}], m.u) - 1)`;
  const decimal = `m.n || 'e' || 3 * ${power}`;
  const digits = String.raw`case when regexp_full_match(m.n, '(\d{1,3}(,\d{3})+|\d*)(\.\d+)?') then replace(m.n, ',', '') end`;
  const binary = `cast(try_cast(try_cast(${digits} as DOUBLE) * pow(1024, ${power}) as DECIMAL(38,3)) as VARCHAR)`;
  const isBinary = base === 'general' ? `m.u <> ''` : `m.i = 'i'`;
  return `case when m.s in ('-', '(') then '-' else '' end || case when ${isBinary} then ${binary} else ${decimal} end`;
}

/** The seconds of `1:01:01`, as digits; other texts stay. Only the hours have a sign: minutes and seconds go on from there. */
export function secondsAgain(text: string): string {
  const part = (at: number): string => `try_cast(split_part(${text}, ':', ${at}) as BIGINT)`;
  const seconds = `cast(${part(1)} * 3600 + ${part(2)} * 60 + ${part(3)} as VARCHAR)`;
  return String.raw`case when regexp_full_match(${text}, '-?\d{1,12}:\d{1,2}:\d{1,2}') then ${seconds} else ${text} end`;
}

/** Of `1st`; what is no number of a place is `th` like most. */
export function ordinalEnd(value: string): string {
  const [tens, ones] = [`floor(${value} / 10) % 10`, `${value} % 10`];
  const ends = `case ${ones} when 1 then 'st' when 2 then 'nd' when 3 then 'rd' else 'th' end`;
  return `case when ${value} < 0 or ${value} <> floor(${value}) or ${tens} = 1 then 'th' else ${ends} end`;
}

/** Seconds as `1:01:01`; hours go on behind the 24th. */
export function timeText(value: string): string {
  const whole = (number: string): string => `cast(floor(${number}) as BIGINT)`;
  const hours = whole(`${value} / 3600`);
  const minutes = whole(`(${value} - ${hours} * 3600) / 60`);
  const seconds = `cast(round(${value} - ${hours} * 3600 - ${minutes} * 60) as BIGINT)`;
  const two = (number: string): string => `lpad(cast(${number} as VARCHAR), 2, '0')`;
  return `${hours} || ':' || ${two(minutes)} || ':' || ${two(seconds)}`;
}

/** Of ten, of the first digit that is no zero. */
export function powerOf(value: string): string {
  const text = `ltrim(cast(${value} as VARCHAR), '-')`;
  const whole = `length(split_part(${text}, '.', 1)) - 1`;
  const zeros = `length(regexp_extract(split_part(${text}, '.', 2), '^0*'))`;
  return `case when ${value} = 0 then 0 when abs(${value}) >= 1 then ${whole} else -1 - ${zeros} end`;
}
