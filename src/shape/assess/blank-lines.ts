/** Lines of a csv file that hold nothing at all: whoever reads rows passes over them, but people count them. */
import { createReadStream } from 'node:fs';

/** From the row `before` on (0 = the first), so many lines have been passed over. */
export interface Passed {
  readonly before: number;
  readonly lines: number;
}

/** Of a file with more blank places than this, rows further down are counted as if there were no more. */
const mostPlaces = 1_000_000;

const [lineFeed, carriageReturn, quote] = [0x0a, 0x0d, 0x22];

export const passedAbove = (lines: number): readonly Passed[] => (lines === 0 ? [] : [{ before: 0, lines }]);

/** Of a file in UTF-8 in which lines end with a line feed. `above`: lines of a person's own file that are not in this one. */
export async function blankLines(path: string, delimiter: string, above = 0): Promise<readonly Passed[]> {
  // Hardly a file has any, and this is found out at the speed of reading.
  if (!(await mayHave(path))) return passedAbove(above);
  const scan = new Scan(delimiter.charCodeAt(0), above);
  for await (const bytes of createReadStream(path, { highWaterMark: 1 << 20 })) {
    scan.take(bytes as Buffer); // without an encoding
    if (scan.passed.length >= mostPlaces) break;
  }
  return scan.passed;
}

async function mayHave(path: string): Promise<boolean> {
  // As if a line stood above the first.
  let tail = Buffer.from('\n');
  for await (const bytes of createReadStream(path, { highWaterMark: 1 << 20 })) {
    const text = Buffer.concat([tail, withoutMark(bytes as Buffer)]); // without an encoding
    if (text.includes('\n\n') || text.includes('\n\r\n')) return true;
    tail = text.subarray(-2);
  }
  return false;
}

const mark = Buffer.from('\uFEFF');

const withoutMark = (bytes: Buffer): Buffer => (bytes.subarray(0, 3).equals(mark) ? bytes.subarray(3) : bytes);

class Scan {
  readonly passed: Passed[] = [];
  readonly #delimiter: number;
  #rows = 0;
  #lines: number;
  #isFirst = true;
  #isBlank = true;
  #startsField = true;
  #isQuoted = false;
  /** A second quote right behind is one of the text. */
  #hasClosed = false;

  constructor(delimiter: number, above: number) {
    this.#delimiter = delimiter;
    this.#lines = above;
    this.passed.push(...passedAbove(above));
  }

  take(chunk: Buffer): void {
    const bytes = this.#isFirst ? withoutMark(chunk) : chunk;
    this.#isFirst = false;
    for (const byte of bytes) {
      if (this.#isQuoted) {
        this.#isQuoted = byte !== quote;
        this.#hasClosed = !this.#isQuoted;
      } else if (byte === lineFeed) this.#endLine();
      else this.#pass(byte);
    }
  }

  #pass(byte: number): void {
    if (byte === quote) this.#isQuoted = this.#startsField || this.#hasClosed;
    this.#hasClosed = false;
    if (byte !== carriageReturn) this.#isBlank = false;
    this.#startsField = byte === this.#delimiter;
  }

  #endLine(): void {
    if (this.#isBlank) this.#passOver();
    else this.#rows += 1;
    this.#isBlank = true;
    this.#startsField = true;
    this.#hasClosed = false;
  }

  #passOver(): void {
    this.#lines += 1;
    if (this.passed.at(-1)?.before === this.#rows) this.passed.pop();
    this.passed.push({ before: this.#rows, lines: this.#lines });
  }
}
