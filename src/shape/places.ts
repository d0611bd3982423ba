/** Where refused rows stand in the files that they came in: found by reading these once more, only where rows were refused. */
import { createReadStream } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { asHeadgateError } from '../domain/error.ts';
import { alikeFiles, quoteText } from '../sdk/duck-sql.ts';
import type { Duck, FileRef } from '../sdk/index.ts';
import { refs, type Document } from './document.ts';
import { CsvLines, JsonLines, type Ended } from '../sdk/record-lines.ts';

/** The table of refused rows: `line` = the number of a record that is no row, counted with the header and blank lines. */
const page = 10_000;

/** A row by its number in the document, or a record that is no row by its number in the file: where it is. */
interface Spot {
  readonly row?: number;
  readonly path?: string;
  readonly record?: number;
  /** Among the rows of its file. */
  readonly in_file?: number;
  readonly line?: number;
  readonly text?: string;
}

/**
 * Writes into `table` the line of each row, and its number in its own file where there are several; of JSON also what stands on a line
 * that is no row. A document whose records nobody can tell apart stays as it is. Throws `disk.full`.
 */
export async function placeRejects(duck: Duck, table: string, input: Document, scratch: string): Promise<void> {
  const files = alikeFiles(refs(input)).flat();
  if (input.format === 'parquet' && files.length > 1) return await placeInParquet(duck, table, files);
  const text = input.format === 'csv' || input.format === 'ndjson';
  if (files.length === 0 || !text || (input.format === 'csv' && files.some(({ lines }) => !lines))) return;
  const path = `${scratch}.places`;
  const spots = await open(path, 'w').catch((error: unknown) => {
    throw asHeadgateError(error, `writing ${path}`);
  });
  try {
    const rows = new Wanted(duck, (last) => `select distinct row from ${table} where row > ${last} order by row limit ${page}`);
    let before = 0;
    for (const file of files) before = await placeFile(duck, { table, file, several: files.length > 1, spots, rows, before });
    await spots.close();
    await duck.run(applied(table, path));
  } finally {
    await spots.close().catch(() => undefined);
    await rm(path, { force: true });
  }
}

/** Such a file says itself how many rows it has. */
async function placeInParquet(duck: Duck, table: string, files: readonly FileRef[]): Promise<void> {
  let before = 0;
  for (const { path } of files) {
    const [[rows] = []] = await duck.rows(`select sum(num_rows) from parquet_file_metadata(${quoteText(path)})`);
    await duck.run(`update ${table} set row = row - ${before} where file = ${quoteText(path)}`);
    before += Number(rows ?? 0);
  }
}

interface Placing {
  readonly table: string;
  readonly file: FileRef;
  readonly several: boolean;
  readonly spots: FileHandle;
  readonly rows: Wanted;
  /** Rows in the files before this one. */
  readonly before: number;
}

/** Resolves to the number of rows up to the end of the file. */
async function placeFile(duck: Duck, { table, file, several, spots, rows, before }: Placing): Promise<number> {
  const { path, csv, lines } = file;
  const shown = (record: number, line: number): number | undefined =>
    lines && (lines.of === 'file' ? line + lines.before : record);
  const here = several ? `and file = ${quoteText(path)}` : '';
  const broken = new Wanted(
    duck,
    (last) => `select distinct line from ${table} where row is null ${here} and line > ${last} order by line limit ${page}`,
  );
  const blankIsRow = file.schema.fields.length === 1;
  let [row, record] = [before, 0];
  const place = async ({ lines: ended, text }: Ended): Promise<void> => {
    const found: Spot[] = [];
    for (const [at, signed] of ended.entries()) {
      const line = Math.abs(signed);
      if (csv || signed > 0) record += 1;
      if ((signed < 0 && !(csv && blankIsRow)) || (csv?.header && record === 1)) continue;
      const of = shown(record, line);
      if (csv && record === (broken.next ?? (await broken.fetch()))) {
        found.push({ path, record, ...(of !== undefined && { line: of }) });
        broken.pass();
        continue;
      }
      row += 1;
      if (row !== (rows.next ?? (await rows.fetch()))) continue;
      found.push({ row, in_file: row - before, ...(of !== undefined && { line: of }), ...(text && { text: text(at) }) });
      rows.pass();
    }
    if (found.length > 0) await spots.writeFile(found.map((spot) => `${JSON.stringify(spot)}\n`).join(''));
  };
  const records = csv ? new CsvLines(csv) : new JsonLines();
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) await place(records.push(chunk as Buffer)); // no encoding is set
  await place(records.end());
  return row;
}

/** Numbers in ascending order, a page at a time. */
class Wanted {
  readonly #duck: Duck;
  readonly #sql: (last: number) => string;
  #waiting: readonly number[] = [];
  #at = 0;
  #last = 0;
  #ended = false;

  constructor(duck: Duck, sql: (last: number) => string) {
    this.#duck = duck;
    this.#sql = sql;
  }

  /** Undefined: `fetch` knows. */
  get next(): number | undefined {
    return this.#ended ? Infinity : this.#waiting[this.#at];
  }

  pass(): void {
    this.#last = this.#waiting[this.#at] ?? this.#last;
    this.#at += 1;
  }

  async fetch(): Promise<number> {
    this.#waiting = (await this.#duck.rows(this.#sql(this.#last))).map(([number]) => Number(number));
    this.#at = 0;
    this.#ended = this.#waiting.length === 0;
    return this.next ?? Infinity;
  }
}

const spotColumns = `{row: 'BIGINT', path: 'VARCHAR', record: 'BIGINT', in_file: 'BIGINT', line: 'BIGINT', text: 'VARCHAR'}`;

/** Values that are there stay: what stands on a line is told only where it gave none. Records first: rows are given lines as well. */
function applied(table: string, path: string): string {
  const spots = `read_ndjson(${quoteText(path)}, columns = ${spotColumns}, maximum_object_size = ${1 << 27})`;
  return (
    `update ${table} set line = s.line from ${spots} s where s.record = ${table}.line and ${table}.row is null ` +
    `and (${table}.file is null or ${table}.file = s.path); ` +
    `update ${table} set line = s.line, value = case when rule is null then coalesce(value, s.text) else value end, ` +
    `row = case when ${table}.file is null then ${table}.row else s.in_file end from ${spots} s where s.row = ${table}.row`
  );
}
