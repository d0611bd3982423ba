/** Redshift's types and ours: facts as data. Names are those of `format_type`. */
import type { LogicalType } from '../../domain/types.ts';

const logical: Readonly<Record<string, LogicalType>> = {
  boolean: { kind: 'boolean' },
  smallint: { kind: 'integer', bits: 16 },
  integer: { kind: 'integer', bits: 32 },
  bigint: { kind: 'integer', bits: 64 },
  numeric: { kind: 'decimal' },
  real: { kind: 'float', bits: 32 },
  'double precision': { kind: 'float', bits: 64 },
  text: { kind: 'text' },
  'character varying': { kind: 'text' },
  character: { kind: 'text' },
  name: { kind: 'text' },
  date: { kind: 'date' },
  'time without time zone': { kind: 'time' },
  'timestamp without time zone': { kind: 'timestamp', zone: false },
  'timestamp with time zone': { kind: 'timestamp', zone: true },
  super: { kind: 'json' },
};

/** What the values of a native type are; what is not listed is handed on as its text. */
export function logicalType(native: string): LogicalType {
  const [, precision, scale] = /^numeric\((\d+),(\d+)\)$/.exec(native) ?? [];
  if (precision !== undefined) return { kind: 'decimal', precision: Number(precision), scale: Number(scale) };
  const plain = native.replace(/\(\d+\)/, '');
  if (/^interval\b/.test(plain)) return { kind: 'interval' };
  return (Object.hasOwn(logical, plain) ? logical[plain] : undefined) ?? { kind: 'opaque', name: native };
}
