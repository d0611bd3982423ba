/**
 * MySQL's types and ours. MySQL has fewer: a column that holds one of ours for which it has no type of its own says so in
 * its comment (`datetime(6) comment 'headgate: timestamptz'`), and that is part of the native type. So what went in as an
 * instant, a boolean or a uuid is known as one when it is read again; columns of other people's tables have no such comment.
 */
import { HeadgateError } from '../../domain/error.ts';
import { own } from '../../domain/own.ts';
import type { Field } from '../../domain/schema.ts';
import { parseType, typeName, type LogicalType } from '../../domain/types.ts';

const mark = 'headgate: ';

const integers: Readonly<Record<string, 8 | 16 | 32 | 64>> = { tinyint: 8, smallint: 16, mediumint: 32, int: 32, bigint: 64 };

const kinds: Readonly<Record<string, LogicalType>> = {
  float: { kind: 'float', bits: 32 },
  double: { kind: 'float', bits: 64 },
  date: { kind: 'date' },
  // A TIME reaches from -838 to 838 hours; what is no time of day stays text, and a destination that cannot hold it says so.
  time: { kind: 'time' },
  datetime: { kind: 'timestamp', zone: false },
  timestamp: { kind: 'timestamp', zone: true },
  year: { kind: 'integer', bits: 16 },
  json: { kind: 'json' },
  uuid: { kind: 'uuid' },
};

const bytes =
  /^(?:(?:tiny|medium|long)?blob|binary|varbinary|geometry|point|linestring|polygon|multi\w+|geom\w*collection|vector)\b/;
const texts = /^(?:(?:tiny|medium|long)?text|char|varchar)\b/;

/** What the values of a type are, going by its name as `information_schema` has it. */
function plainType(native: string): LogicalType {
  const decimal = /^decimal\((\d+),(\d+)\)/.exec(native);
  if (decimal) return { kind: 'decimal', precision: Number(decimal[1]), scale: Number(decimal[2]) };
  const base = /^\w+/.exec(native)?.[0] ?? native;
  const bits = own(integers, base);
  if (bits) return { kind: 'integer', bits, ...(/ unsigned/.test(native) && { unsigned: true }) };
  const bit = /^bit\((\d+)\)/.exec(native);
  if (bit?.[1] === '1') return { kind: 'boolean' };
  if (bit) return { kind: 'integer', bits: 64, unsigned: true };
  if (Object.hasOwn(kinds, base)) return kinds[base] ?? { kind: 'text' };
  if (bytes.test(native)) return { kind: 'bytes' };
  return texts.test(native) ? { kind: 'text' } : { kind: 'opaque', name: native };
}

/** Our own type as a column's comment names it; undefined = none. */
function marked(comment: string): LogicalType | undefined {
  if (!comment.startsWith(mark)) return undefined;
  try {
    return parseType(comment.slice(mark.length));
  } catch (error) {
    if (error instanceof HeadgateError) return undefined;
    throw error;
  }
}

/** A column's logical and native type. The comment counts only while the column still is what we would make for it. */
export function columnTypes(columnType: string, comment: string): { readonly type: LogicalType; readonly native: string } {
  const ours = marked(comment);
  const native = ours && nativeType(ours);
  if (ours && native?.replace(/ comment .*$/, '') === columnType) return { type: ours, native };
  return { type: plainType(columnType), native: columnType };
}

/** Zero dates, and times beyond one day. */
const loose: ReadonlySet<LogicalType['kind']> = new Set(['date', 'time', 'timestamp']);

export function fieldOf(name: string, type: LogicalType, native: string, nullable: boolean): Field {
  const own = { system: 'mysql', type: native, portable: true };
  return { name, type, nullable, native: own, ...(loose.has(type.kind) && { loose: true }) };
}

/** A marked type, where `parseType` can read the mark back. */
function noted(native: string, type: LogicalType): string {
  const name = typeName(type);
  return marked(`${mark}${name}`) === undefined ? native : `${native} comment '${mark}${name}'`;
}

/**
 * The native type that holds the values of the logical one. Dates and times outside of the years 0 to 9999, infinity and NaN
 * have no form in MySQL: they are `value.invalid` when they come.
 */
export function nativeType(type: LogicalType): string {
  switch (type.kind) {
    case 'integer': {
      if (type.bits === 128) return 'decimal(39,0)';
      const name = { 8: 'tinyint(4)', 16: 'smallint(6)', 32: 'int(11)', 64: 'bigint(20)' }[type.bits];
      return type.unsigned
        ? { 8: 'tinyint(3)', 16: 'smallint(5)', 32: 'int(10)', 64: 'bigint(20)' }[type.bits] + ' unsigned'
        : name;
    }
    case 'decimal': {
      const { precision, scale = 0 } = type;
      const fits = precision !== undefined && precision <= 65 && scale <= 30;
      return fits ? `decimal(${precision},${scale})` : noted('longtext', type);
    }
    case 'float':
      return type.bits === 32 ? 'float' : 'double';
    case 'boolean':
      return noted('tinyint(1)', type);
    case 'bytes':
      return 'longblob';
    case 'date':
      return 'date';
    case 'time':
      return 'time(6)';
    case 'timestamp':
      // TIMESTAMP ends in 2038; a DATETIME in UTC holds every instant of the years 0 to 9999.
      return type.zone ? noted('datetime(6)', type) : 'datetime(6)';
    case 'uuid':
      return noted('char(36)', type);
    case 'text':
    case 'array':
    case 'opaque':
      return 'longtext';
    default:
      // json as well: MySQL's own type rewrites the text (key order, spaces, digits of large numbers).
      return noted('longtext', type);
  }
}
