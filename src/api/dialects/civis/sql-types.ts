/** Types as SQL writes them, and ours. Pure. */

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
  const type = Object.hasOwn(words, word) ? words[word] : undefined;
  // Texts of ours have no longest length, so there is always room.
  if (type !== 'decimal' || match?.[2] === undefined) return type;
  const [precision, scale] = [Number(match[2]), Number(match[3] ?? 0)];
  if (!loose) return `decimal(${precision},${scale})`;
  const wide = Math.min(38, precision * 2);
  return `decimal(${wide},${Math.min(scale * 2, scale + wide - precision)})`;
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

/** A longer text has no length that all databases would take. */
const longestText = 65_535;

/** Of a type as we name it; `length` = bytes of its longest text. */
export function sqlOfType(type: string, length?: number): string {
  if (type.startsWith('decimal(')) return type.toUpperCase();
  const known = names[type];
  if (known !== undefined) return known;
  return type === 'text' && length !== undefined && length <= longestText ? `VARCHAR(${Math.max(1, length)})` : 'VARCHAR';
}
