/**
 * Compares two sides by key in a DuckDB of its own: `plan` computes what a merge or mirror would change with it, `verify`
 * whether both sides are equal. Each side is read by its own connector, so any pair of systems can be compared; values
 * are brought to one text form per column (the destination's type) before they are digested.
 */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { asHeadgateError, HeadgateError } from '../domain/error.ts';
import type { LogicalType } from '../domain/types.ts';
import type { Context, Duck, FileRef, ReadRequest, Source } from '../sdk/index.ts';
import { quoteName, quoteText, readCsv, toWire, tryFromWire } from '../sdk/duck-sql.ts';
import { rewrite, type Reading } from './convert.ts';

export interface CompareColumn {
  readonly name: string;
  /** The type whose text form both sides take; absent = compare the wire text as it is. */
  readonly type?: LogicalType;
}

export interface SideRequest {
  /** Name of the side's table in the comparing database. */
  readonly table: string;
  readonly source: Source;
  /** Delivers the columns of `reading`, in that order, as csv or as a file; what it lacks of `columns` is NULL. */
  readonly read: ReadRequest;
  /** What the source delivers, and how it is read where that is a file. */
  readonly reading: Reading;
  readonly columns: readonly CompareColumn[];
  readonly key: readonly string[];
  /** Keep every column beside key and digest: for samples and for column-wise decisions. */
  readonly keep: boolean;
}

/** Loads one side: `k` = the key and `r` = its wire text (JSON arrays), `d` = digest of the row, then `c0…` where kept. */
export async function loadSide(duck: Duck, context: Context, side: SideRequest): Promise<void> {
  const part = join(context.scratch, `compare-${side.table}.csv`);
  const input = await spool(side, part);
  const path = input.length > 0 ? await rewrite(duck, input, side.reading, context.scratch) : part;
  const present = side.reading.columns.map(({ as }) => as);
  const canonical = side.columns.map(({ name, type }) => {
    if (!present.includes(name)) return 'cast(null as varchar)';
    const column = quoteName(name);
    return type ? canonicalText(type, column) : column;
  });
  const keyOf = (values: readonly string[]): string => `cast(to_json([${values.join(', ')}]) as varchar)`;
  const places = side.key.map((name) => side.columns.findIndex((column) => column.name === name));
  const kept = side.keep ? canonical.map((value, index) => `, ${value} as c${index}`) : [];
  const text = { fields: present.map((name) => ({ name, type: { kind: 'text' as const }, nullable: true })) };
  await duck.run(`create or replace table ${side.table} as select
    ${keyOf(places.map((place) => canonical[place] ?? 'null'))} as k,
    ${keyOf(places.map((place) => quoteName(side.columns[place]?.name ?? '')))} as r,
    md5(${keyOf(canonical)}) as d${kept.join('')}
    from ${readCsv([path], text)}`);
}

/** The text form of a type, or the text as it is where it is none of the type. */
function canonicalText(type: LogicalType, text: string): string {
  return type.kind === 'array' ? canonicalArray(type, text) : `coalesce(${toWire(type, tryFromWire(type, text))}, ${text})`;
}

/** Systems quote the items of an array as they like and write them as their own types do: here each is quoted, in one form. */
function canonicalArray(array: LogicalType, text: string): string {
  let of = array;
  while (of.kind === 'array') of = of.of;
  const item = String.raw`regexp_replace(case when starts_with(x, '"') then substr(x, 2, length(x) - 2) else x end, '\\(.)', '\1', 'g')`;
  const quoted = String.raw`'"' || regexp_replace(${canonicalText(of, item)}, '(["\\])', '\\\1', 'g') || '"'`;
  const pieces = String.raw`regexp_extract_all(${text}, '"(?:[^"\\]|\\.)*"|[^{},"]+|[{},]')`;
  return `array_to_string(list_transform(${pieces}, lambda x: case when x in ('{', '}', ',', 'NULL') then x else ${quoted} end), '')`;
}

/** The whole read on local disk: the files themselves, or none and the bytes in one part. */
async function spool(side: SideRequest, part: string): Promise<readonly FileRef[]> {
  let ended = false;
  const files: FileRef[] = [];
  const handle = await open(part, 'w');
  try {
    for await (const event of side.source.read(side.read)) {
      if (event.type === 'bytes') await handle.writeFile(event.data);
      else if (event.type === 'file') files.push(event.file);
      else if (event.proof) ended = true;
    }
  } catch (error) {
    throw asHeadgateError(error, 'reading rows to compare');
  } finally {
    await handle.close();
  }
  if (!ended) throw new HeadgateError('read.incomplete', 'a side of the comparison ended before its last row');
  return files;
}

/** An absent table is a side without rows. */
export async function emptySide(duck: Duck, table: string, columns: readonly CompareColumn[]): Promise<void> {
  const kept = columns.map((_, index) => `, null::varchar as c${index}`).join('');
  await duck.run(
    `create or replace table ${table} as select ''::varchar as k, ''::varchar as r, ''::varchar as d${kept} where false`,
  );
}

export interface SideCounts {
  readonly rows: number;
  readonly keys: number;
  readonly digest: string;
}

/** Rows, distinct keys, and a digest that does not depend on the order of the rows. */
export async function countSide(duck: Duck, table: string): Promise<SideCounts> {
  const [row = []] = await duck.rows(
    `select count(*), count(distinct k), coalesce(sum(md5_number_lower(k || d)::hugeint), 0) from ${table}`,
  );
  const [rows, keys, digest] = row;
  return { rows: Number(rows), keys: Number(keys), digest: BigInt(digest ?? '0').toString(16) };
}

/** A row as the samples show it: column name to text. */
export type RowText = Readonly<Record<string, string | null>>;

export function keyText(json: string, key: readonly string[]): RowText {
  const values = JSON.parse(json) as readonly (string | null)[]; // written by to_json over a list of text
  return Object.fromEntries(key.map((name, index) => [name, values[index] ?? null]));
}

export const inKeys = (keys: readonly string[]): string => `(${keys.map(quoteText).join(', ')})`;
