/** PostgreSQL's types and ours, in both directions. Names are those of `format_type`, so that equal types have equal text. */
import { own } from '../../domain/own.ts';
import type { LogicalType } from '../../domain/types.ts';
import { commonTypes } from '../_pg/types.ts';

const logical: Readonly<Record<string, LogicalType>> = {
  ...commonTypes,
  citext: { kind: 'text' },
  bytea: { kind: 'bytes' },
  interval: { kind: 'interval' },
  uuid: { kind: 'uuid' },
  json: { kind: 'json' },
  jsonb: { kind: 'json' },
};

/** What the values of a native type are. A domain is asked for by its base type. */
export function logicalType(native: string): LogicalType {
  if (native.endsWith('[]')) return { kind: 'array', of: logicalType(native.slice(0, -2)) };
  const decimal = /^numeric\((\d+),(-?\d+)\)$/.exec(native);
  if (decimal) {
    const [precision, scale] = [Number(decimal[1]), Number(decimal[2])];
    // Scales below zero or beyond the precision are PostgreSQL's own; an unbounded decimal holds them.
    return scale >= 0 && scale <= precision ? { kind: 'decimal', precision, scale } : { kind: 'decimal' };
  }
  const plain = native.replace(/\(\d+\)/, '');
  const interval = plain.startsWith('interval ') ? 'interval' : plain;
  const base = interval.split('.').at(-1) === 'citext' ? 'citext' : interval;
  return own(logical, base) ?? { kind: 'opaque', name: native };
}

const integers: Readonly<Record<number, string>> = {
  8: 'smallint',
  16: 'smallint',
  32: 'integer',
  64: 'bigint',
  128: 'numeric(39,0)',
};
const unsigned: Readonly<Record<number, string>> = {
  8: 'smallint',
  16: 'integer',
  32: 'bigint',
  64: 'numeric(20,0)',
  128: 'numeric(39,0)',
};

/** The native type that holds every value of the logical one. */
export function nativeType(type: LogicalType): string {
  switch (type.kind) {
    case 'integer':
      return (type.unsigned ? unsigned : integers)[type.bits] ?? 'numeric';
    case 'decimal':
      return type.precision === undefined || type.precision > 1000 ? 'numeric' : `numeric(${type.precision},${type.scale ?? 0})`;
    case 'float':
      return type.bits === 32 ? 'real' : 'double precision';
    case 'timestamp':
      return type.zone ? 'timestamp with time zone' : 'timestamp without time zone';
    case 'time':
      return 'time without time zone';
    case 'bytes':
      return 'bytea';
    case 'array':
      return `${nativeType(type.of)}[]`;
    case 'opaque':
      return 'text';
    default:
      // boolean, text, date, interval, uuid; json and not jsonb, which changes the text and refuses some of it.
      return type.kind;
  }
}
