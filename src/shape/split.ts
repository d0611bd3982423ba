/** Tells refused rows from good ones in a document that holds both. Pure. */

const quote = 0x22;
const newline = 0x0a;

export interface Parted {
  /** Whole records and pieces of them, byte for byte. */
  readonly good: Buffer;
  /** What stands behind the mark of each refused row. */
  readonly refused: readonly string[];
}

/**
 * Cuts out the records whose first value begins with `mark`, a text that nobody can have foreseen. `quoted` = values may stand in
 * quotes, and that value always does; else a line is a record and has one value.
 */
export class Splitter {
  readonly #opening: Buffer;
  readonly #quoted: boolean;
  /** Bytes that may be part of a mark, or the beginning of a refused record. */
  #held: Buffer = Buffer.alloc(0);

  constructor(mark: string, quoted: boolean) {
    this.#opening = Buffer.from(quoted ? `"${mark}` : mark);
    this.#quoted = quoted;
  }

  push(data: Buffer): Parted {
    const good: Buffer[] = [];
    const refused: string[] = [];
    let rest = this.#held.length === 0 ? data : Buffer.concat([this.#held, data]);
    for (let at = rest.indexOf(this.#opening); at >= 0; at = rest.indexOf(this.#opening)) {
      good.push(rest.subarray(0, at));
      rest = rest.subarray(at);
      const end = this.#endOfRecord(rest);
      if (end < 0) {
        this.#held = rest;
        return { good: Buffer.concat(good), refused };
      }
      refused.push(this.#value(rest.subarray(this.#opening.length, end)));
      rest = rest.subarray(end + 1);
    }
    const sure = Math.max(0, rest.length - this.#opening.length + 1);
    this.#held = rest.subarray(sure);
    good.push(rest.subarray(0, sure));
    const [only] = good;
    return { good: only && good.length === 1 ? only : Buffer.concat(good), refused };
  }

  /** The document is complete: what was held back is no refused row. */
  end(): Buffer {
    const held = this.#held;
    this.#held = Buffer.alloc(0);
    return held;
  }

  #endOfRecord(record: Buffer): number {
    if (!this.#quoted) return record.indexOf(newline);
    let open = false;
    for (let at = 0; at < record.length; at++) {
      if (record[at] === quote) open = !open;
      else if (record[at] === newline && !open) return at;
    }
    return -1;
  }

  /** The text up to its closing quote, or of the whole line. */
  #value(record: Buffer): string {
    if (!this.#quoted) return record.toString('utf8');
    let at = record.indexOf(quote);
    while (record[at + 1] === quote) at = record.indexOf(quote, at + 2);
    return record.toString('utf8', 0, at).replaceAll('""', '"');
  }
}
