/** What is in a file: its columns, their types, how many rows. One pass over the file, or only its head where types are not asked for. */
import { HeadgateError } from '../../domain/error.ts';
import type { Field, Schema } from '../../domain/schema.ts';
import type { LogicalType } from '../../domain/types.ts';
import type { CsvDialect, Duck, FileRef } from '../../sdk/index.ts';
import { logicalType, quoteText, readCsv } from '../../sdk/duck-sql.ts';
import { csvBytes, isWireCsv } from '../../sdk/file-bytes.ts';
import { ndjsonDocuments, ndjsonKind, ndjsonText } from '../../sdk/ndjson-sql.ts';
import { settleCsv } from './dialect.ts';
import { evidence, typeOf, type Evidence } from './infer.ts';
import type { FileFacts } from './inspect.ts';
import type { FileConfig } from './location.ts';

export interface FileContent {
  readonly schema: Schema;
  readonly csv?: CsvDialect;
  /** Its records are those of the `csv` format as they stand. */
  readonly wire?: boolean;
  /** Absent where the file was not read to its end. */
  readonly rows?: number;
}

const text: LogicalType = { kind: 'text' };
const field = (name: string, type: LogicalType): Field => ({ name, type, nullable: true });

/** Columns per inference query: a wider file is read several times, because a query of thousands of patterns is slow to plan. */
const columnsPerPass = 200;

export async function contentOf(
  config: FileConfig,
  path: string,
  facts: FileFacts,
  infer: boolean,
  duck: () => Promise<Duck>,
): Promise<FileContent> {
  if (config.format === 'csv') return await csvContent(config, path, facts, infer ? duck : undefined);
  await using open = await duck();
  try {
    return config.format === 'ndjson' ? await ndjsonContent(path, open) : await parquetContent(path, open);
  } catch (error) {
    throw unreadable(path, config.format, error);
  }
}

/** Without `duck` only the head is read, and every column is text. */
async function csvContent(
  config: FileConfig,
  path: string,
  facts: FileFacts,
  duck: (() => Promise<Duck>) | undefined,
): Promise<FileContent> {
  const { dialect, names } = settleCsv(facts.head.toString('utf8'), facts.size === facts.head.length, config);
  const schema: Schema = { fields: names.map((name) => field(name, text)) };
  const file = { path, size: facts.size, modified: facts.modified, csv: dialect, schema };
  if (!duck) return { schema, csv: dialect, wire: isWireCsv(file) };
  await using open = await duck();
  try {
    // Rows that do not fit the columns are not evidence; they are refused, or stop the run, when the file is loaded.
    const rejects = { table: 'inference_errors', scan: 'inference_scans' };
    const positional: Schema = { fields: names.map((_, i) => field(`c${i}`, text)) };
    const source = readCsv([path], positional, { dialect, rejects });
    const { rows, types } = await inferColumns(
      open,
      source,
      names.map((_, i) => `c${i}`),
    );
    return {
      schema: { fields: names.map((name, i) => field(name, types[i] ?? text)) },
      csv: dialect,
      wire: await passesAsWire(file),
      rows,
    };
  } catch (error) {
    throw unreadable(path, 'csv', error);
  }
}

/** A quote inside an unquoted value reads differently elsewhere: such a file has to be written anew. */
async function passesAsWire(file: FileRef): Promise<boolean> {
  if (!isWireCsv(file)) return false;
  try {
    for await (const _records of csvBytes(file));
    return true;
  } catch (error) {
    if (error instanceof HeadgateError && (error.code === 'file.format' || error.code === 'file.truncated')) return false;
    throw error;
  }
}

/** The type of each text expression over all rows of `source`. */
async function inferColumns(
  duck: Duck,
  source: string,
  texts: readonly string[],
): Promise<{ rows: number; types: LogicalType[] }> {
  const types: LogicalType[] = [];
  let rows = 0;
  for (let from = 0; from < texts.length; from += columnsPerPass) {
    const some = texts.slice(from, from + columnsPerPass);
    const [row = []] = await duck.rows(`select count(*), ${some.flatMap(evidence).join(', ')} from ${source}`);
    rows = Number(row[0] ?? 0);
    for (const at of some.keys()) types.push(typeOf(evidenceAt(row, 1 + 3 * at)));
  }
  return { rows, types };
}

function evidenceAt(row: readonly (string | null)[], at: number): Evidence {
  return { bits: row[at] ?? null, whole: row[at + 1] ?? null, fraction: row[at + 2] ?? null };
}

async function ndjsonContent(path: string, duck: Duck): Promise<FileContent> {
  const documents = ndjsonDocuments([path], { lenient: true });
  const found = await duck.rows(
    // Numbered behind unnest: keys of one line keep their order.
    'select key, min(at_row) as first from (select key, row_number() over () as at_row from ' +
      `(select unnest(json_keys(doc)) as key from ${documents})) group by key order by first`,
  );
  const keys = found.map(([key]) => key ?? '');
  checkKeys(path, keys);
  const fields: Field[] = [];
  let rows = 0;
  for (let from = 0; from < keys.length; from += columnsPerPass) {
    const some = keys.slice(from, from + columnsPerPass);
    const columns = some.flatMap((key, i) => [`${ndjsonKind(key)} as k${i}`, `${ndjsonText(key)} as t${i}`]);
    const asked = some.flatMap((_, i) => [`string_agg(distinct k${i}, ' ')`, ...evidence(`t${i}`)]);
    const [row = []] = await duck.rows(
      `select count(*), ${asked.join(', ')} from (select ${columns.join(', ')} from ${documents})`,
    );
    rows = Number(row[0] ?? 0);
    for (const [i, key] of some.entries()) fields.push(field(key, ndjsonType(row[1 + 4 * i] ?? '', evidenceAt(row, 2 + 4 * i))));
  }
  if (keys.length === 0) throw new HeadgateError('file.format', `reading ${path} as ndjson: no line is an object with keys`);
  return { schema: { fields }, rows };
}

/** Strings are dates or text, never numbers; whatever is nested somewhere is JSON everywhere. */
function ndjsonType(kinds: string, found: Evidence): LogicalType {
  const seen = new Set(kinds.split(' ').filter((kind) => kind !== '' && kind !== 'NULL'));
  if (seen.has('OBJECT') || seen.has('ARRAY')) return { kind: 'json' };
  if (seen.size !== 1) return text;
  const type = typeOf(found);
  const numeric = type.kind === 'integer' || type.kind === 'decimal' || type.kind === 'boolean';
  return seen.has('STRING') && numeric ? text : type;
}

/** Names of columns are compared without case everywhere behind this. */
function checkKeys(path: string, keys: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const key of keys) {
    const before = seen.get(key.toLowerCase());
    if (key === '') throw new HeadgateError('file.format', `reading ${path}: a key of its objects is empty`);
    if (before !== undefined) {
      throw new HeadgateError('file.format', `reading ${path}: the keys ${before} and ${key} differ only in case`);
    }
    seen.set(key.toLowerCase(), key);
  }
}

async function parquetContent(path: string, duck: Duck): Promise<FileContent> {
  const columns = await duck.rows(
    `select column_name, column_type from (describe select * from read_parquet(${quoteText(path)}))`,
  );
  const [counted] = await duck.rows(`select sum(num_rows) from parquet_file_metadata(${quoteText(path)})`);
  const fields = columns.map(([name, type]) => field(name ?? '', parquetType(type ?? '')));
  return { schema: { fields }, rows: Number(counted?.[0] ?? 0) };
}

/** Nested types become JSON; what only Parquet's reader has (nanoseconds, enums) keeps its text. */
function parquetType(type: string): LogicalType {
  const logical = logicalType(type);
  if (/^(?:STRUCT|MAP)\b/.test(type) || (logical.kind === 'array' && /STRUCT|MAP/.test(type))) return { kind: 'json' };
  return logical.kind === 'opaque' ? text : logical;
}

/** The reader's complaint, said of the file: what was asked is our own statement, so the file is at fault. */
function unreadable(path: string, format: string, error: unknown): unknown {
  if (
    !(error instanceof HeadgateError) ||
    !['query.invalid', 'file.format', 'value.invalid', 'internal.unexpected'].includes(error.code)
  )
    return error;
  if (error.code === 'file.format') return error;
  const hint = format === 'csv' ? 'its line ends may be mixed, its quotes unbalanced, or its delimiter another one' : undefined;
  return new HeadgateError('file.format', `reading ${path} as ${format}: its content cannot be parsed`, {
    cause: error,
    ...(hint && { hint }),
  });
}
