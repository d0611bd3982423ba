/** DuckDB SQL that reads JSON lines with every number kept digit by digit. Pure. */
import type { Schema } from '../domain/schema.ts';
import { quoteName, quoteText } from './duck-sql.ts';

/** Longest line that is read, in bytes. */
const maxLineBytes = 32 * 1024 * 1024;

/** U+FDD0 is a noncharacter: Unicode keeps it for use inside one program, so no text that people exchange holds it. */
const mark = '\u{fdd0}';

/**
 * DuckDB turns JSON numbers into doubles (12345678901234567890.10 arrives as 12345678901234567000.0). Lines with a number
 * that this would change get their numbers wrapped as marked strings first. The pattern eats whole strings, so that digits
 * in them are left alone; the `0` behind the line gives its last match something to end on.
 */
const token = String.raw`((?:[^"0-9\-]|"(?:[^"\\]|\\.)*")*)(-?[0-9][0-9.eE+\-]*)`;
const risky = String.raw`[0-9.]{16}|[.][0-9]*0([^0-9]|$)|[0-9][eE]|-0`;
const tail = mark.length + 3;

function exact(line: string): string {
  const marked = String.raw`left(regexp_replace(${line} || '0', ${quoteText(token)}, '\1"${mark}\2"', 'g'), -${tail})`;
  return `cast(case when regexp_matches(${line}, ${quoteText(risky)}) then ${marked} else ${line} end as JSON)`;
}

export interface NdjsonOptions {
  /** Keep lines that are no JSON object, or name a key twice, with a NULL `doc`, instead of stopping at the first. */
  readonly lenient?: boolean;
  /** The column that takes the path of each record's file. */
  readonly file?: string;
}

/**
 * A subquery with one row per line that is not blank: `doc` (JSON; read its fields with the functions below only) and `"$line"`,
 * its text.
 * Where `lenient`, `doc` is NULL for a line that is not one object with distinct keys; otherwise such a line raises an error.
 */
export function ndjsonDocuments(paths: readonly string[], { lenient = false, file }: NdjsonOptions = {}): string {
  const list = `[${paths.map(quoteText).join(', ')}]`;
  const lines = `read_ndjson_objects(${list}, maximum_object_size = ${maxLineBytes}, ignore_errors = ${lenient}, compression = 'uncompressed', filename = ${file !== undefined})`;
  const keys = 'json_keys(json)';
  const good = `json_type(json) = 'OBJECT' and len(${keys}) = len(list_distinct(${keys}))`;
  const bad = lenient ? '' : ` else error('a line is not a JSON object with distinct keys')`;
  return `(select case when ${good} then ${exact('json')}${bad} end as doc, json as "$line"${file === undefined ? '' : `, filename as ${file}`} from ${lines})`;
}

const pointer = (key: string): string => quoteText(`/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);

/** The text of one key's value: strings as they are, numbers digit by digit, nested ones as JSON; null and absent are NULL. */
export function ndjsonText(key: string, doc = 'doc'): string {
  const path = pointer(key);
  const text = `json_extract_string(${doc}, ${path})`;
  const nested = `json_type(${doc}, ${path}) in ('OBJECT', 'ARRAY')`;
  return `case when ${nested} then ${plain(text)} else ltrim(${text}, '${mark}') end`;
}

/** As `ndjsonText`, but always JSON text: strings keep their quotes. */
export function ndjsonJson(key: string, doc = 'doc'): string {
  const path = pointer(key);
  return `case when json_type(${doc}, ${path}) <> 'NULL' then ${plain(`cast(json_extract(${doc}, ${path}) as VARCHAR)`)} end`;
}

/** The kind of one key's value: OBJECT, ARRAY, STRING, NUMBER, BOOLEAN or NULL; NULL where the key is absent. */
export function ndjsonKind(key: string, doc = 'doc'): string {
  const path = pointer(key);
  const type = `json_type(${doc}, ${path})`;
  const string = `case when starts_with(json_extract_string(${doc}, ${path}), '${mark}') then 'NUMBER' else 'STRING' end`;
  return `case ${type} when 'VARCHAR' then ${string} when 'DOUBLE' then 'NUMBER' when 'BIGINT' then 'NUMBER' when 'UBIGINT' then 'NUMBER' else ${type} end`;
}

const plain = (text: string): string => `regexp_replace(${text}, '"${mark}([^"]*)"', '\\1', 'g')`;

/** The columns of a schema out of `doc`, as text, each under its name. */
export function ndjsonColumns(schema: Schema): string {
  return schema.fields
    .map(({ name, type }) => `${type.kind === 'json' ? ndjsonJson(name) : ndjsonText(name)} as ${quoteName(name)}`)
    .join(', ');
}
