/** Numbers that are written as something else: as places in a row, bytes, times, powers of ten. Pure. */
import type { NumberFormat } from '../../domain/meaning.ts';

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
