/** On which line of its file each record begins. Pure. */
import type { CsvDialect } from './source.ts';

const lf = 0x0a;
const cr = 0x0d;
const blanks = [0x20, 0x09, cr];
const mark = Buffer.from([0xef, 0xbb, 0xbf]);

/** Of the records that end in a piece of the file: the lines on which they begin, counted from 1, negative for blank lines. */
export interface Ended {
  readonly lines: readonly number[];
  /** What stands on the line of one of them, where a line is a record. */
  text?(at: number): string;
}

export interface RecordLines {
  push(data: Buffer): Ended;
  end(): Ended;
}

/** Records of csv end with a line feed outside quotes; `''` = nothing is quoted. */
export class CsvLines implements RecordLines {
  readonly #delimiter: number;
  readonly #quote: number;
  readonly #escape: number;
  #line = 1;
  #began = 1;
  /** Bytes of the record in earlier pieces, and the last of them. */
  #length = 0;
  #before = lf;
  #quoted = false;
  /** Where in the piece a quote closed a value: another one right behind it opens it again. */
  #closedAt = -2;
  #escaped = false;
  #first = true;

  constructor({ delimiter, quote, escape }: Pick<CsvDialect, 'delimiter' | 'quote' | 'escape'>) {
    this.#delimiter = delimiter.charCodeAt(0);
    this.#quote = quote === '' ? -1 : quote.charCodeAt(0);
    this.#escape = quote === '' || escape === quote ? -1 : escape.charCodeAt(0);
  }

  push(data: Buffer): Ended {
    const lines: number[] = [];
    const quote = this.#quote;
    // Where the record begins in this piece.
    let from = this.#first && data.subarray(0, mark.length).equals(mark) ? mark.length : 0;
    this.#first = false;
    for (let at = from; at < data.length; at++) {
      if (this.#quoted) {
        at = this.#insideQuotes(data, at);
        continue;
      }
      // Most bytes need one look.
      while (at < data.length && data[at] !== lf && data[at] !== quote) at++;
      if (data[at] === lf) {
        lines.push(this.#endRecord(this.#length + at - from, at > from ? data[at - 1] : this.#before));
        from = at + 1;
      } else if (at < data.length) this.#quoted = this.#opens(data, from, at);
    }
    this.#length += data.length - from;
    this.#before = data.at(-1) ?? this.#before;
    this.#closedAt -= data.length;
    return { lines };
  }

  end(): Ended {
    return { lines: this.#length > 0 ? [this.#endRecord(this.#length, this.#before)] : [] };
  }

  #opens(data: Buffer, from: number, at: number): boolean {
    if (at === from && this.#length === 0) return true;
    const before = at > 0 ? data[at - 1] : this.#before;
    return before === this.#delimiter || (this.#escape < 0 && this.#closedAt === at - 1);
  }

  /** The byte that closes the value, or the last one. */
  #insideQuotes(data: Buffer, from: number): number {
    const [quote, escape] = [this.#quote, this.#escape];
    for (let at = from; at < data.length; at++) {
      const byte = data[at];
      if (byte === lf) this.#line++;
      if (this.#escaped) this.#escaped = false;
      else if (byte === escape) this.#escaped = true;
      else if (byte === quote) {
        this.#quoted = false;
        this.#closedAt = at;
        return at;
      }
    }
    return data.length;
  }

  #endRecord(length: number, last: number | undefined): number {
    const blank = length === 0 || (length === 1 && last === cr);
    const began = blank ? -this.#began : this.#began;
    this.#line++;
    this.#began = this.#line;
    this.#length = 0;
    return began;
  }
}

/** The line on which a record begins, counted with the header and blank lines; 0 = the last one. Undefined where there is none. */
export async function lineOfRecord(
  chunks: AsyncIterable<Buffer>,
  dialect: Pick<CsvDialect, 'delimiter' | 'quote' | 'escape'>,
  record: number,
): Promise<number | undefined> {
  const lines = new CsvLines(dialect);
  let [passed, last]: [number, number | undefined] = [0, undefined];
  const look = (ended: readonly number[]): number | undefined => {
    const found = record > passed ? ended[record - passed - 1] : undefined;
    passed += ended.length;
    last = ended.at(-1) ?? last;
    return found;
  };
  for await (const chunk of chunks) {
    const found = look(lines.push(chunk).lines);
    if (found !== undefined) return Math.abs(found);
  }
  const found = look(lines.end().lines) ?? (record === 0 ? last : undefined);
  return found === undefined ? undefined : Math.abs(found);
}

/** Each line of JSON lines is a record. */
export class JsonLines implements RecordLines {
  #line = 0;
  #rest: Buffer = Buffer.alloc(0);

  push(data: Buffer): Ended {
    const whole = this.#rest.length > 0 ? Buffer.concat([this.#rest, data]) : data;
    const [lines, texts]: [number[], Buffer[]] = [[], []];
    let from = 0;
    for (let at = whole.indexOf(lf); at >= 0; at = whole.indexOf(lf, from)) {
      this.#line++;
      const text = whole.subarray(from, at);
      lines.push(text.every((byte) => blanks.includes(byte)) ? -this.#line : this.#line);
      texts.push(text);
      from = at + 1;
    }
    // A copy: the piece may be overwritten by the next one.
    this.#rest = Buffer.from(whole.subarray(from));
    return { lines, text: (at) => (texts[at] ?? Buffer.alloc(0)).toString('utf8').trim() };
  }

  end(): Ended {
    return this.#rest.length > 0 ? this.push(Buffer.of(lf)) : { lines: [] };
  }
}
