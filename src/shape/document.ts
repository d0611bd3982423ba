/** One whole document, or several of one schema, as a relation of text columns. */
import { basename } from 'node:path';
import type { Schema } from '../domain/schema.ts';
import { typeName, type LogicalType } from '../domain/types.ts';
import { logicalType, quoteName, quoteText, readCsv, readCsvFiles, toWire } from '../sdk/duck-sql.ts';
import { ndjsonDocuments, ndjsonJson, ndjsonText } from '../sdk/ndjson-sql.ts';
import type { Duck, FileRef, FormatName } from '../sdk/index.ts';

export interface Document {
  readonly format: FormatName;
  /** A file as a person has it, or the path of a part that a source wrote in our own dialect. */
  readonly files: readonly (FileRef | { readonly path: string })[];
  /** Columns in the order of the document. */
  readonly schema: Schema;
}

/** Where the reader puts records that are no rows; absent = it stops at the first. */
export interface Lenient {
  readonly errors: string;
  readonly scans: string;
}

/** The text of column `at`, the mark of a line that is no row, and a record's number. */
export const raw = (at: number): string => `"$${at}"`;
export const broken = '"$broken"';
export const rowNumber = '"$row"';
/** Where several files are read leniently: the path of the one that a record is in; else NULL. */
export const fileName = '"$file"';

const isRef = (file: FileRef | { readonly path: string }): file is FileRef => 'schema' in file;

export const refs = ({ files }: Document): readonly FileRef[] => files.filter(isRef);

export const documentName = ({ files }: Document): string => basename(files[0]?.path ?? 'nothing');

/** Did a system write these values, so that each is known to be of its type? People's files are text until proven. */
export const isTyped = (document: Document): boolean => document.format === 'parquet' || refs(document).length === 0;

/** A subquery with the columns `raw(0)…` of type VARCHAR and, where `lenient`, `broken` and `fileName`. */
export async function relation(duck: Duck, document: Document, lenient?: Lenient): Promise<string> {
  const paths = document.files.map(({ path }) => path);
  const { fields } = document.schema;
  const several = lenient !== undefined && document.files.length > 1;
  const noFile = `cast(null as VARCHAR) as ${fileName}`;
  const flag = lenient && document.format !== 'ndjson' ? `, false as ${broken}, ${noFile}` : '';
  if (document.format === 'parquet') {
    const files = `[${paths.map(quoteText).join(', ')}], union_by_name = true`;
    const types = new Map(
      await duck.rows(`select column_name, column_type from (describe select * from read_parquet(${files}))`).then(pairs),
    );
    const list = `read_parquet(${files}${several ? `, filename = '$file'` : ''})`;
    const columns = fields.map(({ name, type }, at) => `${parquetText(type, types.get(name), quoteName(name))} as ${raw(at)}`);
    const mark = several ? `, false as ${broken}, ${fileName}` : flag;
    return `(select ${columns.join(', ')}${mark} from ${list})`;
  }
  if (document.format === 'ndjson') {
    const columns = fields.map(
      ({ name, type }, at) => `${type.kind === 'json' ? ndjsonJson(name) : ndjsonText(name)} as ${raw(at)}`,
    );
    const mark = lenient ? `, doc is null as ${broken}, ${several ? fileName : noFile}` : '';
    const options = { lenient: lenient !== undefined, ...(several && { file: fileName }) };
    return `(select ${columns.join(', ')}${mark} from ${ndjsonDocuments(paths, options)})`;
  }
  const rejects = lenient && { table: lenient.errors, scan: lenient.scans };
  const files = refs(document);
  if (files.length > 0) {
    const names = fields.map(({ name }) => name);
    const mark = several ? `, false as ${broken}` : flag;
    return `(select *${mark} from ${readCsvFiles(files, names, '$', { ...(rejects && { rejects }), ...(several && { file: fileName }) })})`;
  }
  const positional: Schema = { fields: fields.map((field, at) => ({ ...field, name: `$${at}` })) };
  return `(select *${flag} from ${readCsv(paths, positional, { ...(rejects && { rejects }) })})`;
}

function pairs(rows: readonly (readonly (string | null)[])[]): readonly (readonly [string, string])[] {
  return rows.map(([name, type]) => [name ?? '', type ?? '']);
}

function parquetText(type: LogicalType, native: string | undefined, value: string): string {
  if (native === undefined) return 'cast(null as VARCHAR)';
  // Text that is JSON already stays as it is; only lists and structs become JSON here.
  if (type.kind === 'json' && native !== 'JSON') return `cast(to_json(${value}) as VARCHAR)`;
  return toWire(logicalType(native), value);
}

/** No check and no change is needed where a typed value keeps its type. */
export const sameType = (a: LogicalType, b: LogicalType): boolean => typeName(a) === typeName(b);
