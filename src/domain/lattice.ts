import type { LogicalType } from './types.ts';

const digits: Readonly<Record<number, number>> = { 8: 3, 16: 5, 32: 10, 64: 19, 128: 39 };

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
    if (narrow.kind === 'integer') return whole >= (digits[narrow.bits] ?? Infinity);
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
