/** Types as SQL writes them, and ours. Pure. */
import { own } from '../../../domain/own.ts';

const words: Readonly<Record<string, string>> = {
  smallint: 'smallint',
  int2: 'smallint',
  int: 'integer',
  integer: 'integer',
  int4: 'integer',
  bigint: 'bigint',
  int8: 'bigint',
  boolean: 'boolean',
  bool: 'boolean',
  float: 'double',
  float8: 'double',
  double: 'double',
  'double precision': 'double',
  real: 'real',
  float4: 'real',
  decimal: 'decimal',
  numeric: 'decimal',
  date: 'date',
  time: 'time',
  timestamp: 'timestamp',
  datetime: 'timestamp',
  'timestamp without time zone': 'timestamp',
  timestamptz: 'timestamptz',
  'timestamp with time zone': 'timestamptz',
  char: 'text',
  character: 'text',
  bpchar: 'text',
  nchar: 'text',
  varchar: 'text',
  nvarchar: 'text',
  'character varying': 'text',
  text: 'text',
  string: 'text',
  uuid: 'uuid',
  json: 'json',
  jsonb: 'json',
  super: 'json',
  bytea: 'bytes',
  varbyte: 'bytes',
};

/** Undefined = it is none that we know. `loose`: with room for longer values than those that were seen. */
export function typeOfSql(sql: string, loose: boolean): string | undefined {
  const match = /^\s*([a-z][a-z0-9 ]*?)\s*(?:\(\s*(\d{1,6}|max)\s*(?:,\s*(\d{1,3})\s*)?\))?\s*$/i.exec(sql);
  const word = match?.[1]?.toLowerCase().replaceAll(/\s+/g, ' ') ?? '';
  const type = own(words, word);
  if (match?.[2] === undefined || match[2].toLowerCase() === 'max') return type;
  if (type === 'text') return sizedText(Number(match[2]), loose);
  if (type !== 'decimal') return type;
  const [precision, scale] = [Number(match[2]), Number(match[3] ?? 0)];
  if (!loose) return `decimal(${precision},${scale})`;
  const wide = Math.min(38, precision * 2);
  return `decimal(${wide},${Math.min(scale * 2, scale + wide - precision)})`;
}

/** More characters than this are any number. */
const longestText = 65_535;
const leastLoose = 64;

function sizedText(length: number, loose: boolean): string {
  const characters = loose ? Math.max(leastLoose, length * 2) : length;
  return characters < 1 || characters > longestText ? 'text' : `varchar(${characters})`;
}

const names: Readonly<Record<string, string>> = {
  tinyint: 'SMALLINT',
  smallint: 'SMALLINT',
  integer: 'INT',
  bigint: 'BIGINT',
  hugeint: 'DECIMAL(38,0)',
  boolean: 'BOOLEAN',
  double: 'DOUBLE PRECISION',
  real: 'REAL',
  decimal: 'DECIMAL',
  date: 'DATE',
  time: 'TIME',
  timestamp: 'TIMESTAMP',
  timestamptz: 'TIMESTAMP WITH TIME ZONE',
};

/** Of a type as we name it; `length` = bytes of its longest text. */
export function sqlOfType(type: string, length?: number): string {
  if (type.startsWith('decimal(')) return type.toUpperCase();
  const known = names[type];
  if (known !== undefined) return known;
  return type === 'text' && length !== undefined && length <= longestText ? `VARCHAR(${Math.max(1, length)})` : 'VARCHAR';
}
