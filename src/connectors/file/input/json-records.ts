/** JSON that is not one object per line (an array of objects, or objects over several lines) as JSON lines. */
import { HeadgateError } from '../../../domain/error.ts';

const lf = 0x0a;
const cr = 0x0d;
const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const open = [0x5b, 0x7b];
const close = [0x5d, 0x7d];
const blanks = [0x20, 0x09, lf, cr];

/** Is the text an array, or an object that begins with a line of its own? */
export const isSpread = (head: Buffer): boolean => /^(?:\ufeff)?\s*(?:\[|\{[ \t]*(?:\r?\n|$))/.test(head.toString('utf8'));

/** One line per record, its values as they were written. Throws `file.truncated`, `file.format`. */
export async function* jsonLines(name: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const splitter = new Splitter(name);
  for await (const chunk of chunks) yield splitter.push(chunk);
  yield splitter.end();
}

class Splitter {
  readonly #name: string;
  /** 1 inside an array of records, 0 where they follow each other bare. */
  #base = 0;
  #depth = 0;
  #started = false;
  #ended = false;
  #quoted = false;
  #escaped = false;
  /** Inside a record: a value between two commas, whatever it is. */
  #inRecord = false;
  /** A record or the array's start must come before a comma. */
  #wanted = false;

  constructor(name: string) {
    this.#name = name;
  }

  push(data: Buffer): Buffer {
    const out = Buffer.alloc(data.length * 2 + 1);
    let length = 0;
    for (const byte of data) {
      if (this.#quoted) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === backslash) this.#escaped = true;
        else if (byte === quote) this.#quoted = false;
        out[length++] = byte;
      } else if (blanks.includes(byte)) {
        if (!this.#inRecord) continue;
        if (this.#depth === this.#base && this.#base === 0) out[length++] = this.#endRecord();
        else out[length++] = 0x20;
      } else length = this.#mark(byte, out, length);
    }
    return out.subarray(0, length);
  }

  end(): Buffer {
    const open = this.#quoted || this.#depth > 0;
    if (open) throw new HeadgateError('file.truncated', `reading ${this.#name}: its JSON is not closed`);
    return this.#inRecord ? Buffer.of(this.#endRecord()) : Buffer.alloc(0);
  }

  #mark(byte: number, out: Buffer, length: number): number {
    if (this.#ended) throw this.#wrong('something stands behind its array');
    if (!this.#started) {
      this.#started = true;
      if (byte === open[0]) {
        this.#base = 1;
        this.#depth = 1;
        return length;
      }
      // A byte order mark goes before the first record.
      if (byte >= 0x80) this.#started = false;
      if (byte >= 0x80) return length;
    }
    if (this.#depth === this.#base && this.#base === 1 && (byte === comma || byte === close[0]))
      return this.#between(byte, out, length);
    this.#inRecord = true;
    if (byte === quote) this.#quoted = true;
    else if (open.includes(byte)) this.#depth++;
    else if (close.includes(byte)) this.#depth--;
    if (this.#depth < this.#base) throw this.#wrong('a bracket is closed that was not opened');
    out[length] = byte;
    if (this.#base === 0 && this.#depth === 0 && close.includes(byte)) out[++length] = this.#endRecord();
    return length + 1;
  }

  /** A comma or the end of the array. */
  #between(byte: number, out: Buffer, length: number): number {
    if (!this.#inRecord && (byte === comma || this.#wanted)) throw this.#wrong('a record is missing between two commas');
    this.#wanted = byte === comma;
    if (byte !== comma) {
      this.#depth = 0;
      this.#ended = true;
    }
    if (this.#inRecord) out[length++] = this.#endRecord();
    return length;
  }

  #endRecord(): number {
    this.#inRecord = false;
    return lf;
  }

  #wrong(what: string): HeadgateError {
    return new HeadgateError('file.format', `reading ${this.#name} as JSON: ${what}`);
  }
}
