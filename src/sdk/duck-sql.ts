import { own } from '../domain/own.ts';
import type { Schema } from '../domain/schema.ts';
import type { LogicalType } from '../domain/types.ts';
import type { CsvDialect, FileRef } from './source.ts';

/** Pure DuckDB SQL that the port, the staging hub, the shape and the connector share. */

/** Leads the text that `fromWire` lets fail where DuckDB would accept too much; the port turns it into `value.invalid`. */
export const misfit = 'headgate:misfit';

/** A cast that fails and names its column: not `error()`, which is volatile and so not allowed inside `try()`. */
const refuse = (text: string, type: string): string => `cast(${quoteText(`${misfit} ${text} `)} || ${text} as ${type})`;

/** The variable of a connection that says how long a record may be that its csv reader takes, in bytes. */
export const longestRecordVariable = 'headgate_longest_record';
const longestRecord = `coalesce(getvariable('${longestRecordVariable}'), ${32 * 1024 * 1024})`;

export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;
export const nameList = (names: readonly string[]): string => names.map(quoteName).join(', ');

/** The DuckDB type that holds every value of a logical type. */
export function duckType(type: LogicalType): string {
  switch (type.kind) {
    case 'integer': {
      const name = { 8: 'TINYINT', 16: 'SMALLINT', 32: 'INTEGER', 64: 'BIGINT', 128: 'HUGEINT' }[type.bits];
      return type.unsigned ? `U${name}` : name;
    }
    case 'decimal': {
      const { precision, scale = 0 } = type;
      // Unbounded and wider ones stay text: DuckDB would round them.
      return precision !== undefined && precision >= 1 && precision <= 38 && scale >= 0 && scale <= precision
        ? `DECIMAL(${precision},${scale})`
        : 'VARCHAR';
    }
    case 'float':
      return type.bits === 32 ? 'FLOAT' : 'DOUBLE';
    case 'timestamp':
      return type.zone ? 'TIMESTAMP WITH TIME ZONE' : 'TIMESTAMP';
    case 'bytes':
      return 'BLOB';
    case 'text':
    case 'array':
    case 'opaque':
      return 'VARCHAR';
    default:
      return type.kind.toUpperCase();
  }
}

const simple: Readonly<Record<string, LogicalType>> = {
  BOOLEAN: { kind: 'boolean' },
  TINYINT: { kind: 'integer', bits: 8 },
  SMALLINT: { kind: 'integer', bits: 16 },
  INTEGER: { kind: 'integer', bits: 32 },
  BIGINT: { kind: 'integer', bits: 64 },
  HUGEINT: { kind: 'integer', bits: 128 },
  UTINYINT: { kind: 'integer', bits: 8, unsigned: true },
  USMALLINT: { kind: 'integer', bits: 16, unsigned: true },
  UINTEGER: { kind: 'integer', bits: 32, unsigned: true },
  UBIGINT: { kind: 'integer', bits: 64, unsigned: true },
  UHUGEINT: { kind: 'integer', bits: 128, unsigned: true },
  BIGNUM: { kind: 'decimal' },
  FLOAT: { kind: 'float', bits: 32 },
  DOUBLE: { kind: 'float', bits: 64 },
  VARCHAR: { kind: 'text' },
  BLOB: { kind: 'bytes' },
  DATE: { kind: 'date' },
  TIME: { kind: 'time' },
  TIMESTAMP: { kind: 'timestamp', zone: false },
  TIMESTAMP_S: { kind: 'timestamp', zone: false },
  TIMESTAMP_MS: { kind: 'timestamp', zone: false },
  'TIMESTAMP WITH TIME ZONE': { kind: 'timestamp', zone: true },
  INTERVAL: { kind: 'interval' },
  UUID: { kind: 'uuid' },
  JSON: { kind: 'json' },
};

/** What a DuckDB type name, as DuckDB itself prints it, means to us. Types that only DuckDB has are `opaque`. */
export function logicalType(duck: string): LogicalType {
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(duck);
  if (decimal) return { kind: 'decimal', precision: Number(decimal[1]), scale: Number(decimal[2]) };
  const list = /^(.*)\[\d*\]$/s.exec(duck);
  if (list?.[1] !== undefined) return { kind: 'array', of: logicalType(list[1]) };
  return own(simple, duck) ?? { kind: 'opaque', name: duck };
}

const bc = String.raw`( BC)?`;
const day = String.raw`\d{4,}-\d\d-\d\d`;
const clock = String.raw`\d\d:\d\d:\d\d(\.\d{1,6}0*)?`;

/** `text` as `type` when `sure` (cheap, true for nearly every value), else `slow` when `pattern` matches all of it, else a misfit. */
const guarded = (text: string, type: string, sure: string, pattern: string, slow = text): string =>
  `case when ${sure} then cast(${text} as ${type}) when not regexp_full_match(${text}, ${quoteText(pattern)}) ` +
  `then ${refuse(text, type)} else cast(${slow} as ${type}) end`;

/**
 * The typed value of wire text (docs/wire.md) as a DuckDB expression; `text` is an expression of type VARCHAR. A text that the
 * type cannot hold exactly raises an error: DuckDB's own casts round 1.5 to 2, cut nanoseconds and ignore BC.
 * `native` is the DuckDB type where it is not the one that `duckType` names.
 */
export function fromWire(type: LogicalType, text: string, native = duckType(type)): string {
  if (native === 'VARCHAR') return text;
  switch (type.kind) {
    case 'boolean':
      return `case ${text} when 't' then true when 'f' then false else cast(${text} as BOOLEAN) end`;
    case 'integer': {
      const sure = `not (contains(${text}, '.') or contains(${text}, 'e') or contains(${text}, 'E'))`;
      return guarded(text, native, sure, String.raw`[+-]?\d+(\.0*)?`);
    }
    case 'decimal': {
      const scale = type.scale ?? 0;
      // An exponent needs three characters after the point (`1.5e-9`): up to a scale of 2 the length tells it.
      const exponent = scale > 2 ? ` and not (contains(${text}, 'e') or contains(${text}, 'E'))` : '';
      const sure = `strlen(${text}) <= instr(${text}, '.') + ${scale}${exponent}`;
      return guarded(text, native, sure, String.raw`\s*[+-]?\d*(\.\d{0,${scale}}0*)?\s*`);
    }
    case 'float': {
      const value = `cast(${text} as ${native})`;
      return `case when isinf(${value}) and not contains(lower(${text}), 'inf') then ${refuse(text, native)} else ${value} end`;
    }
    case 'date':
      return guarded(text, native, `strlen(${text}) = 10`, `-?infinity|${day}${bc}`, `replace(${text}, ' BC', ' (BC)')`);
    case 'time':
      return guarded(text, native, `strlen(${text}) = 8`, clock);
    case 'timestamp': {
      const zone = type.zone ? String.raw`([+-]\d\d(:?\d\d)?(:?\d\d)?|Z)` : '';
      const pattern = `-?infinity|${day}([ T]${clock}${zone})?${bc}`;
      const moved = `case when ends_with(${text}, ' BC') then regexp_replace(${text}, '^([0-9]+-[0-9]+-[0-9]+)(.*) BC$', '\\1 (BC)\\2') else ${text} end`;
      const sure = type.zone
        ? `strlen(${text}) between 20 and 29 and ends_with(${text}, '+00')`
        : `strlen(${text}) between 19 and 26 and ${text}[20] in ('', '.')`;
      return guarded(text, native, sure, pattern, moved);
    }
    case 'bytes':
      // Without its `\\x` a text keeps a character that is no hex digit.
      return `unhex(case when starts_with(${text}, '\\x') then substr(${text}, 3) else ${text} || '!' end)`;
    case 'interval':
      return `case when contains(${text}, '+') then cast(replace(${text}, '+', '') as INTERVAL) else cast(${text} as INTERVAL) end`;
    default:
      return `cast(${text} as ${native})`;
  }
}

/** `fromWire`, with NULL where the text does not fit. */
export const tryFromWire = (type: LogicalType, text: string, native?: string): string => `try(${fromWire(type, text, native)})`;

/** The wire text of a typed value, as a DuckDB expression of type VARCHAR. */
export function toWire(type: LogicalType, value: string): string {
  const text = `cast(${value} as VARCHAR)`;
  switch (type.kind) {
    case 'bytes':
      return `'\\x' || lower(hex(${value}))`;
    case 'float':
      return `case ${text} when 'nan' then 'NaN' when 'inf' then 'Infinity' when '-inf' then '-Infinity' else ${text} end`;
    case 'date':
      return `replace(${text}, ' (BC)', ' BC')`;
    case 'timestamp':
      return `case when contains(${text}, ' (BC)') then replace(${text}, ' (BC)', '') || ' BC' else ${text} end`;
    case 'interval':
      return `replace(${text}, 'month', 'mon')`;
    case 'array':
      return arrayText(type.of, value);
    default:
      return text;
  }
}

/** A list as PostgreSQL writes arrays: `{"a","b \"c\"",NULL}`, nested ones without quotes. */
function arrayText(of: LogicalType, value: string, depth = 0): string {
  const item = `e${depth}`;
  const text =
    of.kind === 'array'
      ? arrayText(of.of, item, depth + 1)
      : `'"' || replace(replace(${toWire(of, item)}, '\\', '\\\\'), '"', '\\"') || '"'`;
  const items = `list_transform(${value}, lambda ${item}: coalesce(${text}, 'NULL'))`;
  return `'{' || array_to_string(${items}, ',') || '}'`;
}

export interface ReadCsvOptions {
  /** How the file differs from the dialect of docs/wire.md. */
  readonly dialect?: CsvDialect;
  /** DuckDB type per column; absent = VARCHAR, which leaves every text as it is. */
  readonly types?: readonly string[];
  /** Name of the table that keeps the refused rows; absent = the first one stops the read. */
  readonly rejects?: { readonly table: string; readonly scan: string; readonly limit?: number };
}

/** The call that reads CSV files with everything stated and nothing guessed: NULL is nothing, `""` is the empty string. */
export function readCsv(paths: readonly string[], schema: Schema, options: ReadCsvOptions = {}): string {
  const { delimiter = ',', quote = '"', escape = '"', header = false } = options.dialect ?? {};
  const columns = schema.fields.map((field, i) => `${quoteText(field.name)}: ${quoteText(options.types?.[i] ?? 'VARCHAR')}`);
  const list = paths.length === 1 ? quoteText(paths[0] ?? '') : `[${paths.map(quoteText).join(', ')}]`;
  const settings = [
    `columns = {${columns.join(', ')}}`,
    'auto_detect = false',
    `header = ${header}`,
    `delim = ${quoteText(delimiter)}`,
    `quote = ${quoteText(quote)}`,
    `escape = ${quoteText(escape)}`,
    "nullstr = ''",
    'allow_quoted_nulls = false',
    'strict_mode = true',
    'null_padding = false',
    'hive_partitioning = false',
    'compression = none',
    `max_line_size = ${longestRecord}`,
    // DuckDB's own choice is 16 of the longest lines: one block of 512 MB per reader.
    `buffer_size = ${longestRecord}`,
    ...(options.dialect ? [] : ["new_line = '\\n'"]),
    ...(options.rejects
      ? [
          'store_rejects = true',
          `rejects_table = ${quoteText(options.rejects.table)}`,
          `rejects_scan = ${quoteText(options.rejects.scan)}`,
          `rejects_limit = ${options.rejects.limit ?? 0}`,
        ]
      : []),
  ];
  return `read_csv(${list}, ${settings.join(', ')})`;
}

/** Files that are read by one call, in the order in which all of them are read. */
export function alikeFiles<F extends Pick<FileRef, 'csv' | 'schema'>>(files: readonly F[]): readonly (readonly F[])[] {
  return [...Map.groupBy(files, ({ csv, schema }) => JSON.stringify([csv, schema.fields.map(({ name }) => name)])).values()];
}

/**
 * One relation over csv files with the same columns, matched by name: each file in its own dialect and order. The columns
 * are named `prefix` and their place in `names`; all of them are text. `file` = the column that takes the name of each record's file.
 */
export function readCsvFiles(
  files: readonly Pick<FileRef, 'path' | 'csv' | 'schema'>[],
  names: readonly string[],
  prefix: string,
  { rejects, file }: Pick<ReadCsvOptions, 'rejects'> & { readonly file?: string } = {},
): string {
  const places = new Map(names.map((name, at) => [name, `${prefix}${at}`]));
  const columns = `${nameList([...places.values()])}${file === undefined ? '' : `, filename as ${file}`}`;
  const reads = alikeFiles(files).map((group) => {
    const fields = (group[0]?.schema.fields ?? []).map((field) => ({ ...field, name: places.get(field.name) ?? field.name }));
    const dialect = group[0]?.csv;
    const paths = group.map(({ path }) => path);
    return `select ${columns} from ${readCsv(paths, { fields }, { ...(dialect && { dialect }), ...(rejects && { rejects }) })}`;
  });
  return `(${reads.join(' union all ')})`;
}
