/** PostgreSQL's words for derivations. Pure. */
import type { Field } from '../../../domain/schema.ts';
import { anyOf, joined, type Grammar, type Piece } from '../../_sql/derive/grammar.ts';
import { quoteName, quoteText } from '../../_sql/names.ts';

const temp = (name: string): string => `pg_temp.${quoteName(name)}`;

function json({ type }: Field, value: string): string {
  const text = `${value}::text`;
  switch (type.kind) {
    case 'boolean':
      return text;
    case 'integer':
      return type.bits <= 64 ? text : `'"' || ${text} || '"'`;
    case 'float':
      return `case when ${text} in ('NaN', 'Infinity', '-Infinity') then '"' || ${text} || '"' else ${text} end`;
    case 'decimal':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'interval':
    case 'uuid':
      return `'"' || ${text} || '"'`;
    case 'json':
      // jsonb cannot hold the character NUL: such a document stays a text.
      return `case when strpos(${text}, '\\u0000') > 0 then to_json(${text})::text else ${text} end`;
    case 'array':
      return `to_json(${value})::text`;
    default:
      return `to_json(${text})::text`;
  }
}

/** Types without equality, and those where equal values have different texts. */
const byText: readonly string[] = ['json', 'opaque', 'decimal', 'interval', 'array'];

const members = (pieces: readonly Piece[]): string =>
  joined(pieces.map(({ property, value }) => `${quoteText(`${JSON.stringify(property)}:`)} || (${value})`));

const object = (pieces: readonly Piece[]): string =>
  pieces.length === 0 ? `'{}'::jsonb` : `('{' || ${members(pieces)} || '}')::jsonb`;

/** What PostgreSQL makes the same JSON of as `json` says; a number that is none becomes a text. */
function native({ type }: Field, value: string): string | undefined {
  if (type.kind === 'json' || type.kind === 'array') return undefined;
  const asItIs = type.kind === 'boolean' || type.kind === 'float' || (type.kind === 'integer' && type.bits <= 64);
  return asItIs ? value : `${value}::text`;
}

/** Of twelve values, 9 µs a row where writing a text and reading it takes 13. */
function objectOf(pieces: readonly Piece[], plain: boolean): string {
  const values = pieces.flatMap(({ property, native: value }) => value === undefined ? [] : [`${quoteText(property)} value ${value}`]); // prettier-ignore
  if (!plain || values.length === 0 || values.length < pieces.length) return object(pieces);
  return `json_object(${values.join(', ')} absent on null returning jsonb)`;
}

const grammar: Grammar = {
  temp,
  createTemp: (name, query) => `create temp table ${quoteName(name)} on commit drop as ${query}`,
  apart: ' offset 0',
  place: 'ctid',
  json,
  text: (value) => `${value}::text`,
  longList: (_, value, { entries, entry }) =>
    `(cardinality(${value}) > ${entries} or exists (select from unnest(${value}) as u (e) where length(u.e::text) > ${entry}))`,
  digest: (text) => `encode(substr(sha256(convert_to(${text}, 'UTF8')), 1, 16), 'hex')`,
  hash: (text, seed) => `hashtextextended(${text}, ${seed})`,
  content: (columns) => `rtrim(row(${columns.join(', ')})::text, ',)')`,
  differs: ({ type }, a, b) =>
    byText.includes(type.kind) ? `${a}::text is distinct from ${b}::text` : `${a} is distinct from ${b}`,
  instant: ({ type }, value, unit) => {
    if (type.kind === 'integer')
      return `timestamptz 'epoch' + ${value} * interval '${unit === 'ms' ? '1 millisecond' : '1 second'}'`;
    return type.kind === 'timestamp' && type.zone ? value : `${value}::timestamp at time zone 'UTC'`;
  },
  sets: object,
  names: (of) => {
    if (of.length === 0) return `'{}'::text[]`;
    const all = of.map(({ property, when }) => `case when ${when} then ${quoteText(property)} end`);
    return `case when ${anyOf(of)} then array_remove(array[${all.join(', ')}], null) else '{}'::text[] end`;
  },
  object,
};

/** `version` = the server's number; JSON_OBJECT came with 16. */
export const grammarOf = (version: number): Grammar => (version < 160_000 ? grammar : { ...grammar, native, sets: objectOf });
