import { HeadgateError } from './error.ts';
import { own } from './own.ts';

/**
 * The kinds of values that every connector understands. A value travels as text in the form of `docs/wire.md`;
 * the kind says what the text means, so no value ever becomes a JavaScript number or Date.
 *
 * `decimal` without precision is unbounded. `opaque` is a source's own type that no other system shares
 * (an enum, a range, a geometry): its text is carried as it is.
 */
export type LogicalType =
  | { readonly kind: 'boolean' | 'text' | 'bytes' | 'date' | 'time' | 'interval' | 'uuid' | 'json' }
  | { readonly kind: 'integer'; readonly bits: 8 | 16 | 32 | 64 | 128; readonly unsigned?: boolean }
  | { readonly kind: 'decimal'; readonly precision?: number; readonly scale?: number }
  | { readonly kind: 'float'; readonly bits: 32 | 64 }
  | { readonly kind: 'timestamp'; readonly zone: boolean }
  | { readonly kind: 'array'; readonly of: LogicalType }
  | { readonly kind: 'opaque'; readonly name: string };

const named: Readonly<Record<string, LogicalType>> = {
  boolean: { kind: 'boolean' },
  bool: { kind: 'boolean' },
  tinyint: { kind: 'integer', bits: 8 },
  smallint: { kind: 'integer', bits: 16 },
  integer: { kind: 'integer', bits: 32 },
  int: { kind: 'integer', bits: 32 },
  bigint: { kind: 'integer', bits: 64 },
  hugeint: { kind: 'integer', bits: 128 },
  decimal: { kind: 'decimal' },
  numeric: { kind: 'decimal' },
  real: { kind: 'float', bits: 32 },
  double: { kind: 'float', bits: 64 },
  float: { kind: 'float', bits: 64 },
  text: { kind: 'text' },
  varchar: { kind: 'text' },
  bytes: { kind: 'bytes' },
  date: { kind: 'date' },
  time: { kind: 'time' },
  timestamp: { kind: 'timestamp', zone: false },
  timestamptz: { kind: 'timestamp', zone: true },
  interval: { kind: 'interval' },
  uuid: { kind: 'uuid' },
  json: { kind: 'json' },
};

/** Reads a type as people write it after `--cast`: `bigint`, `decimal(12,2)`, `text[]`. Throws `usage.type`. */
export function parseType(text: string): LogicalType {
  const name = text.trim().toLowerCase();
  if (name.endsWith('[]')) return { kind: 'array', of: parseType(name.slice(0, -2)) };
  const decimal = /^(?:decimal|numeric)\((\d+)(?:,\s*(\d+))?\)$/.exec(name);
  if (decimal) return { kind: 'decimal', precision: Number(decimal[1]), scale: Number(decimal[2] ?? 0) };
  const type = own(named, name);
  if (type) return type;
  const names = Object.keys(named).join(', ');
  throw new HeadgateError('usage.type', `reading the type ${JSON.stringify(text)}`, {
    hint: `use one of: ${names}, decimal(p,s)`,
  });
}

/** The name that `parseType` reads and that people see. */
export function typeName(type: LogicalType): string {
  switch (type.kind) {
    case 'integer': {
      const name = { 8: 'tinyint', 16: 'smallint', 32: 'integer', 64: 'bigint', 128: 'hugeint' }[type.bits];
      return type.unsigned ? `unsigned ${name}` : name;
    }
    case 'decimal':
      return type.precision === undefined ? 'decimal' : `decimal(${type.precision},${type.scale ?? 0})`;
    case 'float':
      return type.bits === 32 ? 'real' : 'double';
    case 'timestamp':
      return type.zone ? 'timestamptz' : 'timestamp';
    case 'array':
      return `${typeName(type.of)}[]`;
    case 'opaque':
      return type.name;
    default:
      return type.kind;
  }
}
