/** The records of a file as they stand, but for those that a verdict of DuckDB leaves out or replaces. */
import { open } from 'node:fs/promises';
import { asHeadgateError, HeadgateError } from '../domain/error.ts';
import { csvRecords, type CsvPiece } from '../sdk/file-bytes.ts';
import type { Duck, FileRef } from '../sdk/index.ts';
import { Misread } from './misread.ts';
import type { RowSql } from './row.ts';
import type { Aside } from './rejects.ts';

/** What a verdict begins with: the line that stands aside for a refused record, or the record that goes instead of it. */
const refused = 'r';
const changed = 'c';

/** What becomes of each record: NULL = it goes as it stands. `aside` = the line of a refused one. */
export function verdictSql(row: RowSql, columns: number, refusedIs: string, aside: string): string {
  const places = Array.from({ length: columns }, (_, at) => at);
  const changes = places.flatMap((at) => row.changed(at) ?? []);
  const sure = changes.flatMap((change) => change.sure ?? []);
  const others = changes.filter((change) => change.sure === undefined);
  const value = (at: number): string => `coalesce('"' || replace(${row.wire(at)}, '"', '""') || '"', '')`;
  const record = places.map(value).join(` || ',' || `);
  // Nearly every value is its own text; only where one is not, it is asked of which column.
  const cheap = [...sure, ...others.map(({ is }) => `not (${is})`)];
  const when =
    changes.length === 0
      ? ''
      : `when ${cheap.join(' and ')} then null when ${changes.map(({ is }) => is).join(' or ')} then '${changed}' || ${record} `;
  return `case when ${refusedIs} then '${refused}' || ${aside} ${when}end`;
}

interface Passing {
  readonly file: FileRef;
  /** A query of one column: the verdict of each record, in order. */
  readonly verdicts: string;
  /** Where the lines of refused records go. */
  readonly aside: string;
  take(data: Uint8Array): Promise<void>;
}

/**
 * Resolves to the records that were taken. Throws `Misread` where DuckDB does not see the same records as we do, which all that
 * was taken depends on: there a record is no row, or blank. And what reading and taking throw.
 */
export async function passThrough(
  duck: Duck,
  { file, verdicts, aside, take }: Passing,
): Promise<{ rows: number; refused: Aside & { count: number } }> {
  const out = await open(aside, 'w').catch((error: unknown) => {
    throw asHeadgateError(error, `writing refused rows to ${aside}`);
  });
  const records = new Records(file);
  let [rows, count, longest] = [0, 0, 0];
  try {
    for await (const batch of (await duck.stream(verdicts)).batches) {
      const lines: string[] = [];
      for (const [verdict = null] of batch) {
        while (!records.next(verdict === null)) await records.more();
        if (verdict === null) continue;
        const text = verdict.slice(1);
        if (verdict.startsWith(refused)) {
          const line = `{"line":${records.line ?? null},${text.slice(1)}`;
          lines.push(line);
          longest = Math.max(longest, Buffer.byteLength(line));
        } else records.put(`${text}\n`);
      }
      count += lines.length;
      rows += batch.length - lines.length;
      if (lines.length > 0) await out.writeFile(`${lines.join('\n')}\n`);
      const good = records.gathered();
      if (good.length > 0) await take(good).catch((error: unknown) => throwMisread(file, error));
    }
    await records.end();
    return { rows, refused: { path: aside, longest, count } };
  } finally {
    await records.close();
    await out.close();
  }
}

/** What the destination refuses may be a record that is no row, and went by the verdict of another. */
function throwMisread(file: FileRef, error: unknown): never {
  throw error instanceof HeadgateError && ['value.invalid', 'file.format'].includes(error.code)
    ? new Misread(file, error)
    : error;
}

/** Walks the records of a file and gathers the bytes of those that are kept. */
class Records {
  readonly #file: FileRef;
  readonly #pieces: AsyncGenerator<CsvPiece>;
  /** What is left of the pieces before, and the last one. */
  #data: Buffer = Buffer.alloc(0);
  #piece: CsvPiece | undefined;
  /** How far the last piece's places are behind those in the data. */
  #shift = 0;
  /** The next record of the piece, and the next line feed inside quotes. */
  #at = 0;
  #inner = 0;
  /** Line feeds inside quotes of the next record, in pieces before. */
  #within = 0;
  /** Lines and records before the next one. */
  #lines = 0;
  #count: number;
  /** Where the last record began, as people count. */
  line: number | undefined;
  /** Bytes of the piece that are kept and not gathered yet. */
  #from = 0;
  #to = 0;
  #gathered: Buffer[] = [];

  constructor(file: FileRef) {
    this.#file = file;
    this.#count = file.csv?.header ? 1 : 0;
    this.#pieces = csvRecords(file);
  }

  /** False where the next record has not been read yet. */
  next(keep: boolean): boolean {
    const piece = this.#piece;
    if (piece === undefined || this.#at >= piece.ends.count) return false;
    const place = piece.ends.at[this.#at] ?? 0;
    const end = place + this.#shift;
    this.#at++;
    const { lines } = this.#file;
    this.line = lines && (lines.of === 'file' ? lines.before + this.#lines : this.#count) + 1;
    this.#lines += 1 + this.#within;
    this.#within = 0;
    this.#count++;
    for (; this.#inner < piece.inner.count && (piece.inner.at[this.#inner] ?? 0) <= place; this.#inner++) this.#lines++;
    if (!keep) {
      this.#gather();
      this.#from = end;
    }
    this.#to = end;
    return true;
  }

  put(record: string): void {
    this.#gather();
    this.#gathered.push(Buffer.from(record));
  }

  /** What is kept since the last time. */
  gathered(): Buffer {
    this.#gather();
    const [only] = this.#gathered;
    const all = only && this.#gathered.length === 1 ? only : Buffer.concat(this.#gathered);
    this.#gathered = [];
    return all;
  }

  async more(): Promise<void> {
    if (!(await this.#read())) throw new Misread(this.#file);
  }

  /** Throws where there are records that DuckDB has not seen. */
  async end(): Promise<void> {
    if (this.#at < (this.#piece?.ends.count ?? 0) || (await this.#read())) throw new Misread(this.#file);
  }

  async close(): Promise<void> {
    await this.#pieces.return(undefined);
  }

  #gather(): void {
    if (this.#to > this.#from) this.#gathered.push(this.#data.subarray(this.#from, this.#to));
    this.#from = this.#to;
  }

  /** The next piece in which a record ends, behind what is left of this one. */
  async #read(): Promise<boolean> {
    this.#gather();
    let rest = this.#data.subarray(this.#to);
    [this.#at, this.#from, this.#to] = [0, 0, 0];
    for (;;) {
      if (this.#piece) this.#within += this.#piece.inner.count - this.#inner;
      this.#inner = 0;
      const { value, done } = await this.#pieces.next();
      if (done) {
        this.#piece = undefined;
        return false;
      }
      this.#piece = value;
      this.#shift = rest.length;
      this.#data = Buffer.concat([rest, value.data]);
      this.#lines += value.skipped;
      if (value.ends.count > 0) return true;
      rest = this.#data;
    }
  }
}
