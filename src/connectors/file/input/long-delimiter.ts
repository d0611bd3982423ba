/**
 * A csv file whose delimiter is more than one byte, as the same file with one byte in its place that it holds nowhere else: whoever reads
 * it then knows delimiters of one byte only, and is as fast as that lets them be.
 */
import { HeadgateError } from '../../../domain/error.ts';
import type { FileConfig } from '../location.ts';
import type { Marks } from './survey.ts';

const [lf, cr] = [0x0a, 0x0d];
const byteOrderMark = [0xef, 0xbb, 0xbf];

/** Control characters that texts hardly have: those that separate things first. Never zero, a tab or what ends a line. */
const spare: readonly number[] = [
  0x1f,
  0x1e,
  0x1d,
  0x1c,
  ...Array.from({ length: 8 }, (_, at) => at + 1),
  ...Array.from({ length: 14 }, (_, at) => at + 0x0e),
  0x7f,
];

/** Pure. */
export const isLong = (delimiter: string | undefined): delimiter is string =>
  delimiter !== undefined && Buffer.byteLength(delimiter) > 1;

/** What is said of the file, and nothing is found out: it was said where values end, and quotes have a part in that. Pure. */
export const saidMarks = ({ quote = '"', escape = quote }: Pick<FileConfig, 'quote' | 'escape'>, delimiter: string): Marks => ({
  delimiter,
  quote,
  escape,
});

/** Throws `file.format` where all of them are taken. */
export async function spareByte(name: string, chunks: AsyncIterable<Buffer>): Promise<number> {
  let free = spare;
  for await (const chunk of chunks) free = free.filter((byte) => !chunk.includes(byte));
  const [found] = free;
  if (found !== undefined) return found;
  throw new HeadgateError('file.format', `reading ${name}: no character is left that could stand for its delimiter`, {
    hint: 'write it with a delimiter of one ASCII character: it holds every control character there is',
  });
}

/** In the order of their bytes; what stands in quotes stays. `marks` = of the file as it came, in UTF-8. */
export async function* shortened(chunks: AsyncIterable<Buffer>, marks: Marks, byte: number): AsyncGenerator<Buffer> {
  const cutter = new Cutter(marks, byte);
  for await (const chunk of chunks) yield cutter.push(chunk, false);
  yield cutter.push(Buffer.alloc(0), true);
}

class Cutter {
  readonly #delimiter: Buffer;
  readonly #byte: number;
  readonly #quote: number;
  /** -1 = the quote itself. */
  readonly #escape: number;
  /** 1 = a byte that may mean something. */
  readonly #classes = new Uint8Array(256);
  /** What may be the beginning of a delimiter. */
  #rest: Buffer = Buffer.alloc(0);
  #offset = 0;
  /** At the beginning of a value. */
  #starts = true;
  #isQuoted = false;
  #isEscaped = false;
  /** Right behind a closing quote: another one is a quote of the text. */
  #hasClosed = false;

  constructor({ delimiter, quote, escape }: Marks, byte: number) {
    this.#delimiter = Buffer.from(delimiter);
    this.#byte = byte;
    this.#quote = quote === '' ? -1 : quote.charCodeAt(0);
    this.#escape = escape === quote || escape === '' ? -1 : escape.charCodeAt(0);
    for (const byte of [lf, cr, this.#delimiter[0] ?? 0, this.#quote, this.#escape]) if (byte >= 0) this.#classes[byte] = 1;
  }

  push(chunk: Buffer, isLast: boolean): Buffer {
    const data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const { length } = this.#delimiter;
    const [first] = this.#delimiter;
    const end = isLast ? data.length : Math.max(0, data.length - length + 1);
    const out = Buffer.allocUnsafe(data.length);
    const classes = this.#classes;
    let [at, to] = [0, 0];
    while (at < end) {
      const byte = data[at] ?? 0;
      // Most bytes are none of these: they say only that a value has begun.
      if (classes[byte] === 0 && !this.#isEscaped && this.#offset >= byteOrderMark.length) {
        const from = at;
        // A cast, since an element is always there, and this is where the time goes.
        while (at < end && classes[data[at] as number] === 0) out[to++] = data[at++] as number;
        this.#offset += at - from;
        this.#starts = false;
        this.#hasClosed = false;
        continue;
      }
      if (byte === first && !this.#isQuoted && this.#delimiter.equals(data.subarray(at, at + length))) {
        out[to++] = this.#byte;
        at += length;
        this.#offset += length;
        this.#starts = true;
        this.#hasClosed = false;
        continue;
      }
      this.#pass(byte);
      out[to++] = byte;
      at += 1;
      this.#offset += 1;
    }
    // A copy: whoever reads may use the piece again.
    this.#rest = Buffer.from(data.subarray(at));
    return out.subarray(0, to);
  }

  #pass(byte: number): void {
    if (this.#isQuoted) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === this.#escape) this.#isEscaped = true;
      else if (byte === this.#quote) {
        this.#isQuoted = false;
        this.#hasClosed = true;
      }
      return;
    }
    this.#isQuoted = byte === this.#quote && (this.#starts || this.#hasClosed);
    this.#hasClosed = false;
    this.#starts = byte === lf || byte === cr || (this.#offset < byteOrderMark.length && byte === byteOrderMark[this.#offset]);
  }
}
