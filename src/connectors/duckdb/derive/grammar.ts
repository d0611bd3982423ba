/** DuckDB's words for derivations. Pure. */
import type { Field } from '../../../domain/schema.ts';
import type { LogicalType } from '../../../domain/types.ts';
import { anyOf, joined, type Grammar, type Piece } from '../../_sql/derive/grammar.ts';
import { quoteText, toWire } from '../../../sdk/duck-sql.ts';
import { nativeType } from '../load-sql.ts';

const temp = (name: string): string => `temp.${name}`;
const text = (value: string): string => `cast(${value} as varchar)`;

function json(field: Field, value: string): string {
  const { type } = field;
  switch (type.kind) {
    case 'boolean':
    case 'json':
      return text(value);
    case 'integer':
      return type.bits <= 64 ? text(value) : `'"' || ${text(value)} || '"'`;
    case 'float':
      return `case when isfinite(${value}) then ${text(value)} else '"' || ${toWire(type, value)} || '"' end`;
    case 'decimal':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'interval':
    case 'uuid':
      return `'"' || ${toWire(type, value)} || '"'`;
    case 'array':
      return isList(field) ? text(`to_json(${value})`) : wireList(type.of, text(value));
    default:
      return text(`to_json(${toWire(type, value)})`);
  }
}

/** A list of DuckDB's own; what came from elsewhere is kept as the text of the wire. */
const isList = (field: Field): boolean => nativeType(field).endsWith(']');

/** The values of an array literal of one dimension, as they stand in it: `a`, `"b,c"`, `NULL`. */
const wireValues = (value: string): string =>
  `regexp_extract_all(substr(${value}, 2, length(${value}) - 2), '"(?:[^"\\\\]|\\\\.)*"|[^,]+')`;

/** One of them, `e`, without its quotes. */
const unquoted = `case when starts_with(e, '"') then regexp_replace(substr(e, 2, length(e) - 2), '\\\\(.)', '\\1', 'g') else e end`;

/** Arrays in arrays, and those with bounds of their own, stay a text. */
function wireList({ kind }: LogicalType, value: string): string {
  const bare =
    kind === 'integer' || kind === 'float' ? `try_cast(e as double) is not null and isfinite(try_cast(e as double))` : 'false';
  const truth = kind === 'boolean' ? `when e = 't' then 'true' when e = 'f' then 'false'` : '';
  const each = `case when e = 'NULL' then 'null' ${truth} when ${bare} then e else ${text(`to_json(${unquoted})`)} end`;
  const list = `'[' || array_to_string(list_transform(${wireValues(value)}, lambda e: ${each}), ',') || ']'`;
  return `case when ${value} like '{%' and ${value} not like '{{%' then ${list} else ${text(`to_json(${value})`)} end`;
}

/** Equal by DuckDB's rules with different texts. */
const byText: readonly string[] = ['json', 'interval'];

const key = (property: string): string => quoteText(`${JSON.stringify(property)}:`);

/** The text of an object. */
const members = (pieces: readonly Piece[]): string =>
  pieces.length === 0 ? `'{}'` : `'{' || ${joined(pieces.map(({ property, value }) => `${key(property)} || (${value})`))} || '}'`;

/** The text of an object; where DuckDB's JSON functions would change it, the rows of a list: a property, the JSON text of its value. */
const sets = (pieces: readonly Piece[], plain: boolean): string => {
  if (plain) return members(pieces);
  if (pieces.length === 0) return `cast([] as struct(property varchar, value varchar)[])`;
  const all = pieces.map(({ property, value }) => `{'property': ${quoteText(property)}, 'value': ${value}}`);
  return `list_filter([${all.join(', ')}], lambda e: e.value is not null)`;
};

export const grammar: Grammar = {
  temp,
  createTemp: (name, query) => `create or replace temp table ${name} as ${query}`,
  apart: '',
  place: 'rowid',
  json,
  text,
  longList: (field, value, most) => {
    const [list, entry] = isList(field) ? [value, text('e')] : [wireValues(text(value)), unquoted];
    return `(len(${list}) > ${most.entries} or len(list_filter(${list}, lambda e: length(${entry}) > ${most.entry})) > 0)`;
  },
  digest: (value) => `substr(sha256(${value}), 1, 32)`,
  hash: (value, seed) => `hash(${value}, ${seed})`,
  content: (columns) => {
    const cells = columns.map((name) => `coalesce('"' || replace(${text(name)}, '"', '""') || '"', '')`);
    return `rtrim(${cells.join(` || ',' || `)}, ',')`;
  },
  differs: ({ type }, a, b) =>
    byText.includes(type.kind) ? `${text(a)} is distinct from ${text(b)}` : `${a} is distinct from ${b}`,
  instant: ({ type }, value, unit) => {
    if (type.kind === 'integer') return `make_timestamptz(cast(${value} as bigint) * ${unit === 'ms' ? '1000' : '1000000'})`;
    return type.kind === 'timestamp' && type.zone ? value : `(cast(${value} as timestamp) at time zone 'UTC')`;
  },
  sets,
  names: (of) => {
    if (of.length === 0) return 'cast([] as varchar[])';
    const all = of.map(({ property, when }) => `case when ${when} then ${quoteText(property)} end`);
    return `case when ${anyOf(of)} then list_filter([${all.join(', ')}], lambda e: e is not null) else [] end`;
  },
  object: (pieces) => `cast(${members(pieces)} as json)`,
};
