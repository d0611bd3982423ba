/** Reads a stream as the engine would, and gives back what came as rows of wire text. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '../../src/domain/json.ts';
import type { CursorPolicy, Projection, Window } from '../../src/domain/policy.ts';
import { refName, type StreamInfo } from '../../src/domain/schema.ts';
import { quoteText } from '../../src/sdk/duck-sql.ts';
import {
  infersTypes,
  typedFormats,
  type Connection,
  type Context,
  type FileRef,
  type FormatName,
  type ReadProof,
} from '../../src/sdk/index.ts';
import type { ReadRequest, Source } from '../../src/sdk/index.ts';
import type { Cell, Origin, Row, Trial } from './kit.ts';
import { countBinary, decodeCsv } from './wire.ts';

/** All that one stream sent between two checkpoints. */
export interface Document {
  readonly data: Buffer;
  readonly files: readonly FileRef[];
}

export interface Reading {
  readonly rows: readonly Row[];
  readonly documents: readonly Document[];
  readonly position: Json;
  readonly proof: ReadProof;
}

/** A source that is open, with the stream that a guarantee asks it for. */
export interface Reader extends AsyncDisposable {
  readonly source: Source;
  readonly info: StreamInfo;
  request(options?: Asked): ReadRequest;
  read(options?: Asked): Promise<Reading>;
}

export type Asked = Partial<Omit<ReadRequest, 'flows'>> & { readonly projection?: Projection };

export type SourceFacts = NonNullable<Connection['source']>;

export function sourceOf({ connection }: Pick<Origin, 'connection'>): SourceFacts {
  assert.ok(connection.source, 'the connection can be read');
  return connection.source;
}

export const everything = (info: StreamInfo): Projection => ({
  columns: info.schema.fields.map(({ name }) => ({ from: name, as: name })),
});

export async function openReader(trial: Pick<Trial, 'context'>, origin: Origin): Promise<Reader> {
  const facts = sourceOf(origin);
  const source = await facts.open(trial.context);
  try {
    const [found, ...others] = await source.discover([origin.stream]);
    assert.ok(found && others.length === 0, 'an exact name means one stream');
    const info = infersTypes(source) ? await source.inferTypes(found) : found;
    const request = (options: Asked = {}): ReadRequest => {
      const { projection = everything(info), ...rest } = options;
      const format = facts.produces(info.schema, projection).find((name) => !typedFormats.has(name));
      assert.ok(format, 'every stream can be read as text');
      return { flows: [{ stream: info.stream, schema: info.schema, projection }], mode: 'snapshot', format, ...rest };
    };
    const read = (options: Asked = {}): Promise<Reading> => collect(trial.context, source, request(options));
    return { source, info, request, read, [Symbol.asyncDispose]: async () => source[Symbol.asyncDispose]() };
  } catch (error) {
    await source[Symbol.asyncDispose]();
    throw error;
  }
}

/** Each read over a source of its own, as runs do: between them others may change the stream. */
export function runs(trial: Pick<Trial, 'context'>, origin: Origin): Pick<Reader, 'read'> {
  return {
    read: async (options) => {
      await using reader = await openReader(trial, origin);
      return await reader.read(options);
    },
  };
}

/** Runs the read to its end and holds it to the shape of a finite read. */
async function collect(context: Context, source: Source, request: ReadRequest): Promise<Reading> {
  const [flow] = request.flows;
  const documents: Document[] = [];
  let [chunks, files]: [Uint8Array[], FileRef[]] = [[], []];
  let last: { readonly position: Json; readonly proof?: ReadProof } | undefined;
  for await (const event of source.read(request)) {
    assert.equal(last?.proof, undefined, 'nothing follows the proof');
    if (event.type === 'checkpoint') {
      if (chunks.length + files.length > 0) documents.push({ data: Buffer.concat(chunks), files });
      [chunks, files] = [[], []];
      last = event;
      continue;
    }
    assert.equal(refName(event.stream), flow && refName(flow.stream), 'only the stream that was asked for is sent');
    // The bytes may be in a buffer that the source uses again.
    if (event.type === 'bytes') chunks.push(Uint8Array.from(event.data));
    else files.push(event.file);
  }
  assert.equal(chunks.length + files.length, 0, 'a checkpoint follows the last bytes');
  assert.ok(last?.proof, 'the last checkpoint has a proof');
  const rows: Row[] = [];
  for (const document of documents) rows.push(...(await decode(context, request, document)));
  return { rows, documents, position: last.position, proof: last.proof };
}

async function decode(context: Context, request: ReadRequest, document: Document): Promise<readonly Row[]> {
  const columns = request.flows[0]?.projection.columns.map(({ as }) => as) ?? [];
  if (request.format === 'pgcopy-binary') return Array.from({ length: countBinary(document.data) }, () => []);
  const rows: Row[] = [];
  if (document.data.length > 0) rows.push(...(await decodeBytes(context, request.format, columns, document.data)));
  for (const file of document.files) rows.push(...(await decodeFile(context, request.format, columns, file)));
  const ragged = rows.filter((row) => row.length !== columns.length);
  assert.equal(ragged.length, 0, 'every record has a value for every column');
  return rows;
}

async function decodeBytes(
  context: Context,
  format: FormatName,
  columns: readonly string[],
  data: Buffer,
): Promise<readonly Row[]> {
  if (format === 'csv') return decodeCsv(data);
  const path = join(context.scratch, `document.${format}`);
  await writeFile(path, data);
  return open(context, format, columns, path);
}

async function decodeFile(
  context: Context,
  format: FormatName,
  columns: readonly string[],
  file: FileRef,
): Promise<readonly Row[]> {
  if (format !== 'csv') return open(context, format, columns, file.path);
  return decodeCsv(await readFile(file.path), file.csv);
}

async function open(
  context: Context,
  format: FormatName,
  columns: readonly string[],
  path: string,
): Promise<readonly (readonly Cell[])[]> {
  await using duck = await context.duck();
  const texts = columns.map((name) => `${quoteText(name)}: 'VARCHAR'`).join(', ');
  const from =
    format === 'parquet'
      ? `read_parquet(${quoteText(path)})`
      : `read_json(${quoteText(path)}, format = 'newline_delimited', columns = {${texts}})`;
  return await duck.rows(`select * from ${from}`);
}

const openWindow: Window = { fromInclusive: true, toInclusive: true, advance: 'max-read' };

/** An incremental read's cursor: everything from the saved position on, NULLs every time. */
export function cursorOn(field: string, options: { window?: Partial<Window>; nulls?: CursorPolicy['nulls'] } = {}): CursorPolicy {
  return { field, window: { ...openWindow, ...options.window }, nulls: options.nulls ?? 'include', strict: false };
}

/** Rows as a multiset: both sides sorted by their text. */
export function sameRows(actual: readonly Row[] | undefined, expected: readonly Row[], message?: string): void {
  assert.ok(actual, message ?? 'the table is there');
  const sorted = (rows: readonly Row[]): readonly string[] => rows.map((row) => JSON.stringify(row)).toSorted();
  assert.deepEqual(sorted(actual), sorted(expected), message);
}
