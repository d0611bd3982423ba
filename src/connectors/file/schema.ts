/** What is in the files of a stream: their columns, the types of these, how many rows. */
import { basename } from 'node:path';
import { HeadgateError } from '../../domain/error.ts';
import type { Field, Schema } from '../../domain/schema.ts';
import type { LogicalType } from '../../domain/types.ts';
import type { Context, CsvDialect, Duck } from '../../sdk/index.ts';
import { logicalType, quoteText } from '../../sdk/duck-sql.ts';
import { isWireCsv } from '../../sdk/file-bytes.ts';
import { ndjsonDocuments, ndjsonKind, ndjsonText } from '../../sdk/ndjson-sql.ts';
import { evidence, evidenceAt, typeOf, type Evidence } from '../../sdk/text-types.ts';
import { declaredNames, declaredTypes } from './declared.ts';
import { evenLines, guessDialect, settleCsv } from './input/csv.ts';
import { behind, leadOf } from './input/lead.ts';
import { becomes, type Plain } from './input/plain.ts';
import { bytesOf } from './input/spool.ts';
import type { FileConfig } from './location.ts';
import { grouped } from '../../domain/count.ts';

/** A plain file with the settings that its loader needs: its own columns, in its own order. */
export interface OpenedFile extends Plain {
  readonly schema: Schema;
  readonly csv?: CsvDialect;
}

export interface FileContent {
  readonly files: readonly OpenedFile[];
  /** The columns of the stream: those of the first file. */
  readonly schema: Schema;
  /** Its records are those of the `csv` format as they stand. */
  readonly wire: boolean;
  /** Why the loaders cannot be given the files. */
  readonly judged?: string;
  /** Absent where the file was not read to its end. */
  readonly rows?: number;
  /** Bytes of the longest value of each field, where somebody asked. Not of those whose type says how long they are. */
  readonly longest?: readonly number[];
  readonly notes: readonly string[];
  /** Only the beginning of a file was looked at. */
  readonly guessed?: boolean;
}

const text: LogicalType = { kind: 'text' };
/** A field of a file: no format of files says which ones are never empty. */
export const field = (name: string, type: LogicalType): Field => ({ name, type, nullable: true });

/** Columns per inference query: a wider file is read several times, because a query of thousands of patterns is slow to plan. */
export const columnsPerPass = 200;

/** What is in the files; every column of csv is text. `guesses` = its beginning is enough of one. Throws `file.format` where they are not one stream. */
export async function contentOf(
  config: FileConfig,
  files: readonly Plain[],
  context: Context,
  guesses: boolean,
): Promise<FileContent> {
  const [first] = files;
  if (!first) throw new HeadgateError('file.missing', `reading ${config.path}: no file has such a name`);
  const doing = files.length === 1 ? first.name : `${first.name} and ${files.length - 1} more`;
  if (config.format === 'csv') return await csvContent(config, files, context, guesses && files.length === 1);
  await using duck = await context.duck();
  const notes = files.flatMap(notesOf(files.length > 1));
  try {
    const paths = files.map(({ path }) => path);
    const found = config.format === 'ndjson' ? await ndjsonContent(doing, paths, duck) : await parquetContent(files, duck);
    return { ...found, files: files.map((file) => ({ ...file, schema: found.schema })), wire: false, notes };
  } catch (error) {
    throw unreadable(doing, config.format, error);
  }
}

/** Several files say which of them a note is about. */
const notesOf =
  (several: boolean) =>
  ({ name, notes }: Plain): readonly string[] =>
    several ? notes.map((note) => `${basename(name)}: ${note}`) : notes;

async function csvContent(config: FileConfig, files: readonly Plain[], context: Context, guesses: boolean): Promise<FileContent> {
  const opened: OpenedFile[] = [];
  let clean = true;
  for (const one of files) {
    // What we have written ourselves, with both texts of cells in it, is not guessed about.
    const isOurs = config.shown !== undefined && one.sheets !== undefined;
    const { file, delimiter } = isOurs ? { file: one, delimiter: ',' } : await withoutLead(one, context);
    const wishes = isOurs ? { ...config, ...ourMarks } : { ...config, delimiter: config.delimiter ?? delimiter, ...one.marks };
    const settled =
      (guesses && !one.marks ? await guessDialect(file, wishes, context) : undefined) ?? (await settleCsv(file, wishes, context));
    if (one.marks && !settled.regular) throw unquoted(one.name);
    clean &&= settled.clean;
    const even = settled.uneven
      ? await becomes(file, evenLines(bytesOf(file.path, context.signal), settled.dialect), context)
      : file;
    if (settled.names.length > mostColumns) throw tooWide(file.name, settled.names.length);
    const schema: Schema = { fields: declaredNames(config, settled.names).map((name) => field(name, text)) };
    const { lines, stands, ...rest } = even;
    const csv = { ...settled.dialect, ...(stands !== undefined && { stands }) };
    const notes = [...file.notes, ...settled.notes];
    opened.push({ ...rest, ...(settled.regular && lines && { lines }), notes, schema, csv });
  }
  const { schema: found } = requireAlike(opened);
  const schema = declaredTypes(config, found);
  const order = JSON.stringify(found);
  const ordered = opened.every((file) => JSON.stringify(file.schema) === order);
  const zeros = opened.some(({ csv }) => csv?.zeros);
  const judged = zeros
    ? 'values with zero bytes are refused'
    : ordered
      ? undefined
      : 'the files have their columns in different orders';
  return {
    files: opened,
    schema,
    wire: clean && opened.every(isWireCsv),
    ...(judged && { judged }),
    ...(opened.some(({ csv }) => csv?.guessed) && { guessed: true }),
    notes: opened.flatMap(notesOf(opened.length > 1)),
  };
}

const ourMarks = { delimiter: ',', quote: '"', escape: '"' };

/** Readers disagree about where such a value ends, and none of them knows the delimiter as it was. */
const unquoted = (name: string): HeadgateError =>
  new HeadgateError('file.format', `reading ${name}: text stands behind a closing quote`, {
    hint: 'double the quotes in its values; where nothing of the file is quoted, say so with quote= in its location',
  });

/** A table with more is none that a database would take, and each costs time before the first row is read. */
export const mostColumns = 4096;

const tooWide = (name: string, columns: number): HeadgateError =>
  new HeadgateError(
    'file.limit',
    `reading ${name}: it has ${grouped(columns)} columns, and ${grouped(mostColumns)} at most are read`,
    { hint: 'is its delimiter the right one? name it with delimiter=, or split the file' },
  );

/** The file from its first record on, and the delimiter that stood before it. */
async function withoutLead(
  file: Plain,
  context: Context,
): Promise<{ readonly file: Plain; readonly delimiter: string | undefined }> {
  const { bytes, lines, delimiter } = leadOf(file.head);
  if (bytes === 0) return { file, delimiter };
  const note = delimiter === undefined ? undefined : `its line sep=${delimiter} names the delimiter`;
  const rest = await becomes(file, behind(bytesOf(file.path, context.signal), bytes), context, note);
  return { file: { ...rest, ...(file.lines && { lines: { ...file.lines, before: file.lines.before + lines } }) }, delimiter };
}

/** The first file, where all have its columns. */
function requireAlike(files: readonly OpenedFile[]): OpenedFile {
  const [first, ...others] = files;
  if (!first) throw new HeadgateError('file.missing', 'reading files: there are none');
  const wanted = new Set(first.schema.fields.map(({ name }) => name));
  for (const { name, schema } of others) {
    const names = new Set(schema.fields.map((one) => one.name));
    const [missing] = [...wanted].filter((one) => !names.has(one));
    const [extra] = [...names].filter((one) => !wanted.has(one));
    if (missing === undefined && extra === undefined) continue;
    const what =
      missing === undefined
        ? `has a column ${extra} that ${first.name} has not`
        : `has no column ${missing}, which ${first.name} has`;
    throw new HeadgateError('file.format', `reading several files as one stream: ${name} ${what}`);
  }
  return first;
}

type Found = Pick<FileContent, 'schema' | 'rows'>;

async function ndjsonContent(name: string, paths: readonly string[], duck: Duck): Promise<Found> {
  const documents = ndjsonDocuments(paths, { lenient: true });
  const found = await duck.rows(
    // Numbered behind unnest: keys of one line keep their order.
    'select key, min(at_row) as first from (select key, row_number() over () as at_row from ' +
      `(select unnest(json_keys(doc)) as key from ${documents})) group by key order by first`,
  );
  const keys = found.map(([key]) => key ?? '');
  checkKeys(name, keys);
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
  if (keys.length === 0) throw new HeadgateError('file.format', `reading ${name} as ndjson: no line is an object with keys`);
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
function checkKeys(name: string, keys: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const key of keys) {
    const before = seen.get(key.toLowerCase());
    if (key === '') throw new HeadgateError('file.format', `reading ${name}: a key of its objects is empty`);
    if (before !== undefined) {
      throw new HeadgateError('file.format', `reading ${name}: the keys ${before} and ${key} differ only in case`);
    }
    seen.set(key.toLowerCase(), key);
  }
}

async function parquetContent(files: readonly Plain[], duck: Duck): Promise<Found> {
  const described: { readonly name: string; readonly fields: readonly Field[] }[] = [];
  for (const { path, name } of files) {
    const columns = await duck.rows(
      `select column_name, column_type from (describe select * from read_parquet(${quoteText(path)}))`,
    );
    described.push({ name, fields: columns.map(([column, type]) => field(column ?? '', parquetType(type ?? ''))) });
  }
  const [first, ...others] = described;
  const shape = (fields: readonly Field[]): string => JSON.stringify(fields.toSorted((a, b) => (a.name < b.name ? -1 : 1)));
  const other = others.find(({ fields }) => shape(fields) !== shape(first?.fields ?? []));
  if (other)
    throw new HeadgateError(
      'file.format',
      `reading several files as one stream: ${other.name} has other columns than ${first?.name}`,
    );
  const list = files.map(({ path }) => quoteText(path)).join(', ');
  const [counted] = await duck.rows(`select sum(num_rows) from parquet_file_metadata([${list}])`);
  return { schema: { fields: first?.fields ?? [] }, rows: Number(counted?.[0] ?? 0) };
}

/** Nested types become JSON; what only Parquet's reader has (nanoseconds, enums) keeps its text. */
function parquetType(type: string): LogicalType {
  const logical = logicalType(type);
  if (/^(?:STRUCT|MAP)\b/.test(type) || (logical.kind === 'array' && /STRUCT|MAP/.test(type))) return { kind: 'json' };
  return logical.kind === 'opaque' ? text : logical;
}

/** The reader's complaint, said of the file: what was asked is our own statement, so the file is at fault. */
export function unreadable(name: string, format: string, error: unknown): unknown {
  if (
    !(error instanceof HeadgateError) ||
    !['query.invalid', 'file.format', 'value.invalid', 'internal.unexpected'].includes(error.code)
  )
    return error;
  if (error.code === 'file.format') return error;
  const hint = format === 'csv' ? 'its quotes may be unbalanced, or its delimiter another one' : undefined;
  return new HeadgateError('file.format', `reading ${name} as ${format}: its content cannot be parsed`, {
    cause: error,
    ...(hint && { hint }),
  });
}
