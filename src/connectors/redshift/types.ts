/** Redshift's types and ours: facts as data. Names are those of `format_type`. */
import { own } from '../../domain/own.ts';
import type { LogicalType } from '../../domain/types.ts';
import { commonTypes } from '../_pg/types.ts';

const logical: Readonly<Record<string, LogicalType>> = {
  ...commonTypes,
  super: { kind: 'json' },
};

/** What the values of a native type are; what is not listed is handed on as its text. */
export function logicalType(native: string): LogicalType {
  const [, precision, scale] = /^numeric\((\d+),(\d+)\)$/.exec(native) ?? [];
  if (precision !== undefined) return { kind: 'decimal', precision: Number(precision), scale: Number(scale) };
  const plain = native.replace(/\(\d+\)/, '');
  if (/^interval\b/.test(plain)) return { kind: 'interval' };
  return own(logical, plain) ?? { kind: 'opaque', name: native };
}
