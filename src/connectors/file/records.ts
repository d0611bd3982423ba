/** Counts the records of a document as its bytes go by. */
import type { Schema } from '../../domain/schema.ts';
import type { FileFormat } from './location.ts';

const lf = 0x0a;
const quote = 0x22;

/** A line feed outside quotes ends a record of csv; every line feed ends one of ndjson. Parquet has its own count. */
export class RecordCounter {
  readonly #quotes: boolean;
  #rows = 0;
  #quoted = false;
  #last = lf;

  constructor(format: FileFormat) {
    this.#quotes = format === 'csv';
  }

  push(data: Uint8Array): void {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    for (let at = 0; at < bytes.length;) {
      const next = this.#quotes ? bytes.indexOf(quote, at) : -1;
      const end = next < 0 ? bytes.length : next;
      if (!this.#quoted) this.#rows += lines(bytes, at, end);
      if (next >= 0) this.#quoted = !this.#quoted;
      at = end + 1;
    }
    this.#last = bytes.at(-1) ?? this.#last;
  }

  /** A document that ends inside a record was cut off. */
  get whole(): boolean {
    return !this.#quoted && this.#last === lf;
  }

  get rows(): number {
    return this.#rows;
  }
}

function lines(bytes: Buffer, from: number, to: number): number {
  let found = 0;
  for (let at = bytes.indexOf(lf, from); at >= 0 && at < to; at = bytes.indexOf(lf, at + 1)) found++;
  return found;
}

/** What stands before the records: the names of a csv file, nothing elsewhere. */
export function preamble(format: FileFormat, schema: Schema): Buffer {
  if (format !== 'csv') return Buffer.alloc(0);
  const names = schema.fields.map(({ name }) => (/[",\r\n]|^\s|\s$|^$/.test(name) ? `"${name.replaceAll('"', '""')}"` : name));
  return Buffer.from(`${names.join(',')}\n`);
}
