/** The first rows of a stream, for people who look: as text, and no more of it is read than is shown. */
import { HeadgateError } from '../domain/error.ts';
import type { StreamRef } from '../domain/schema.ts';
import { typeName } from '../domain/types.ts';
import { relation } from '../shape/document.ts';
import type { Connection, Context, FileRef, ReadRequest, Source } from '../sdk/index.ts';
import { wireRows } from './wire-rows.ts';

export interface FirstRows {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** There are more. */
  readonly truncated: boolean;
}

export interface Glance {
  readonly rows: number;
  /** Most characters of values. */
  readonly size: number;
}

export type Columns = FirstRows['columns'];
export type Batch = readonly (readonly (string | null)[])[];

/** Throws `stream.missing`, `stream.query`, and what dialling throws. */
export async function firstRows(
  source: NonNullable<Connection['source']>,
  context: Context,
  wanted: StreamRef,
  glance: Glance,
): Promise<FirstRows> {
  return await withRows(source, context, wanted, async (columns, batches) => ({ columns, ...(await take(batches, glance)) }));
}

/** All rows of a stream as text, which are read as `use` takes them. Throws as `firstRows`. */
export async function withRows<T>(
  source: NonNullable<Connection['source']>,
  context: Context,
  wanted: StreamRef,
  use: (columns: Columns, batches: AsyncIterable<Batch>) => Promise<T>,
  /** Only so many fields of each. */
  most = Infinity,
): Promise<T> {
  await using opened = await source.open(context);
  const [info, another] = await opened.discover([wanted]);
  if (!info || another) throw new HeadgateError('stream.missing', 'looking at rows: the name stands for more than one stream');
  const fields = info.schema.fields.slice(0, most);
  const projection = { columns: fields.map(({ name }) => ({ from: name, as: name })) };
  const formats = source.produces(info.schema, projection);
  const format = formats.includes('csv') ? 'csv' : formats[0];
  if (format === undefined) throw new HeadgateError('usage.mode', 'looking at rows: this stream cannot be read');
  const request = { flows: [{ stream: info.stream, schema: info.schema, projection }], mode: 'snapshot', format } as const;
  const columns = fields.map(({ name, type }) => ({ name, type: typeName(type) }));
  return await use(columns, batches(opened, context, request));
}

async function take(from: AsyncIterable<Batch>, glance: Glance): Promise<Pick<FirstRows, 'rows' | 'truncated'>> {
  const rows: (readonly (string | null)[])[] = [];
  let size = 0;
  for await (const batch of from) {
    for (const row of batch) {
      size += row.reduce((sum, value) => sum + (value?.length ?? 0), 0);
      if (rows.length === glance.rows || size > glance.size) return { rows, truncated: true };
      rows.push(row);
    }
  }
  return { rows, truncated: false };
}

/** Leaving early ends the read at the source. */
async function* batches(source: Source, context: Context, request: ReadRequest): AsyncGenerator<Batch> {
  const files: FileRef[] = [];
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    for await (const event of source.read(request)) {
      if (event.type === 'bytes') yield event.data;
      else if (event.type === 'file') files.push(event.file);
    }
  };
  yield* wireRows(bytes());
  for (const file of files) {
    await using duck = await context.duck();
    const rows = await relation(duck, { format: request.format, files: [file], schema: file.schema });
    yield* (await duck.stream(`select * from ${rows}`)).batches;
  }
}
