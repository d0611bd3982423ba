import type { LogicalType } from './types.ts';

type Integer = Extract<LogicalType, { readonly kind: 'integer' }>;

const digits: Readonly<Record<Integer['bits'], number>> = { 8: 3, 16: 5, 32: 10, 64: 19, 128: 39 };

/** Decimal digits of the largest value; only at 64 bits does the sign make a difference. */
const digitsOf = ({ bits, unsigned }: Integer): number => (bits === 64 && unsigned ? 20 : digits[bits]);

/** Can a column of `wide` hold every value of `narrow` without changing it? `text` holds the text of everything. */
export function holds(wide: LogicalType, narrow: LogicalType): boolean {
  if (wide.kind === 'text') return true;
  if (wide.kind === 'integer' && narrow.kind === 'integer') {
    if (Boolean(wide.unsigned) === Boolean(narrow.unsigned)) return wide.bits >= narrow.bits;
    return !wide.unsigned && wide.bits > narrow.bits;
  }
  if (wide.kind === 'decimal') {
    if (wide.precision === undefined) return narrow.kind === 'integer' || narrow.kind === 'decimal';
    const whole = wide.precision - (wide.scale ?? 0);
    if (narrow.kind === 'integer') return whole >= digitsOf(narrow);
    if (narrow.kind !== 'decimal' || narrow.precision === undefined) return false;
    return (wide.scale ?? 0) >= (narrow.scale ?? 0) && whole >= narrow.precision - (narrow.scale ?? 0);
  }
  if (wide.kind === 'float' && narrow.kind === 'float') return wide.bits >= narrow.bits;
  if (wide.kind === 'timestamp' && !wide.zone && narrow.kind === 'date') return true;
  if (wide.kind === 'timestamp' && narrow.kind === 'timestamp') return wide.zone === narrow.zone;
  if (wide.kind === 'array' && narrow.kind === 'array') return holds(wide.of, narrow.of);
  if (wide.kind === 'opaque') return narrow.kind === 'opaque' && wide.name === narrow.name;
  return wide.kind === narrow.kind;
}

const signed = [8, 16, 32, 64, 128] as const;

/**
 * The narrowest type that holds every value of both, where a column can grow into it without a reader noticing more than
 * room: integers, decimals, floats, and a date that becomes a timestamp. Undefined = there is none but text, and a number
 * that turns into text is no widening.
 */
export function join(a: LogicalType, b: LogicalType): LogicalType | undefined {
  if (a.kind !== 'text' && holds(a, b)) return a;
  if (b.kind !== 'text' && holds(b, a)) return b;
  if (a.kind === 'integer' && b.kind === 'integer') {
    // Of different signs, and neither holds the other: the next signed one above the wider of them.
    const bits = signed.find((size) => size > Math.max(a.unsigned ? a.bits : 0, b.unsigned ? b.bits : 0));
    return bits === undefined ? { kind: 'decimal', precision: 39, scale: 0 } : { kind: 'integer', bits };
  }
  const [left, right] = [places(a), places(b)];
  if (left && right) {
    const scale = Math.max(left.scale, right.scale);
    return { kind: 'decimal', precision: Math.max(left.whole, right.whole) + scale, scale };
  }
  if (a.kind === 'array' && b.kind === 'array') {
    const of = join(a.of, b.of);
    return of && { kind: 'array', of };
  }
  return undefined;
}

/** Digits before and after the point. */
function places(type: LogicalType): { readonly whole: number; readonly scale: number } | undefined {
  if (type.kind === 'integer') return { whole: digitsOf(type), scale: 0 };
  if (type.kind !== 'decimal' || type.precision === undefined) return undefined;
  const scale = type.scale ?? 0;
  return { whole: type.precision - scale, scale };
}
