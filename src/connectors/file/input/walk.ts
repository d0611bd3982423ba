/** One look at each byte of a csv file: is all of it as its columns may be? */
import { isUtf8 } from 'node:buffer';
import { open } from 'node:fs/promises';
import { HeadgateError } from '../../../domain/error.ts';
import { columnStart, fieldEnd, recordEnd } from './grammar.ts';

/** A column of a walk. */
export interface WalkedColumn {
  readonly table: Uint16Array;
  /** Its longest value is looked for. */
  readonly measured: boolean;
}

export interface Walked {
  readonly records: number;
  /** Bytes of the longest value of each measured column, without its quotes. */
  readonly longest: readonly number[];
}

const chunkBytes = 1 << 20;
/** For a line end and a zero byte. */
const room = 4;

/** A record that is longer is nothing that one look could tell. */
const longestRecord = 1 << 24;

const mark = 'efbbbf';
const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Longer than any value: what is not measured is never looked at. */
const unmeasured = 0x7fffffff;

class Walk {
  readonly #tables: readonly Uint16Array[];
  /** Bytes with the quotes and what ends a value: where it is not greater, nobody counts. */
  readonly #seen: Int32Array;
  readonly longest: Int32Array;
  records = 0;

  readonly #quoted: boolean;

  constructor(columns: readonly WalkedColumn[], quoted: boolean) {
    this.#quoted = quoted;
    this.#tables = columns.map(({ table }) => table);
    this.#seen = Int32Array.from(columns, ({ measured }) => (measured ? 0 : unmeasured));
    this.longest = new Int32Array(columns.length);
  }

  /**
   * Whole records, `most` at most, between `from` and `end`, behind which there is a zero byte. Returns where the first begins that
   * was not taken, or -1 where one is not as it may be.
   */
  through(data: Uint8Array, from: number, end: number, most = Infinity): number {
    const tables = this.#tables;
    const seen = this.#seen;
    const last = tables.length - 1;
    let records = 0;
    let record = from;
    let at = from;
    while (records < most) {
      for (let column = 0; column <= last; column++) {
        // Casts, here and below, since an element is always there, and this is where the time goes.
        const table = tables[column] as Uint16Array;
        const start = at;
        let state = columnStart;
        do state = table[state | (data[at++] as number)] as number;
        while (state > recordEnd);
        if (state !== (column < last ? fieldEnd : recordEnd)) {
          this.records += records;
          return at > end ? record : -1;
        }
        if (at - start > (seen[column] as number)) this.#measure(column, data, start, at);
      }
      records++;
      record = at;
    }
    this.records += records;
    return record;
  }

  /** `to` = behind what ended the value. */
  #measure(column: number, data: Uint8Array, from: number, to: number): void {
    const end = data[to - 1] === lineFeed && data[to - 2] === carriageReturn ? to - 2 : to - 1;
    let length = end - from;
    if (this.#quoted && data[from] === quote) {
      length -= 2;
      // Inside of a quoted value they are doubled.
      let quotes = 0;
      for (let at = from + 1; at < end - 1; at++) if (data[at] === quote) quotes++;
      length -= quotes / 2;
    }
    const longest = Math.max(this.longest[column] ?? 0, length);
    this.longest[column] = longest;
    // Where a value has no more bytes than that, with what ends it, it is not longer.
    this.#seen[column] = longest + 1;
  }
}

/** What a file is held against. */
export interface Expected {
  readonly columns: readonly WalkedColumn[];
  /** Its first record holds names, which are as this column. */
  readonly header?: Uint16Array;
  readonly crlf: boolean;
  /** Values may stand in double quotes. */
  readonly quoted: boolean;
  /** Nobody has looked yet whether all of it is UTF-8. */
  readonly utf8?: boolean;
}

/**
 * Undefined where a byte is not as the columns may be. A mark at the beginning is no byte of it, and its end need not be a line end.
 * Throws `run.cancelled`.
 */
export async function walk(path: string, expected: Expected, signal: AbortSignal): Promise<Walked | undefined> {
  const { columns, header, crlf, quoted, utf8 = false } = expected;
  const rows = new Walk(columns, quoted);
  await using handle = await open(path, 'r');
  let buffer = Buffer.allocUnsafe(chunkBytes);
  let [kept, position] = [0, 0];
  for (let more = true; more;) {
    if (signal.aborted) throw new HeadgateError('run.cancelled', `reading ${path}: stopped on request`);
    const { bytesRead } = await handle.read(buffer, kept, buffer.length - room - kept, position);
    const first = position === 0;
    position += bytesRead;
    more = bytesRead > 0;
    let end = kept + bytesRead;
    if (!more && end > 0) end += buffer.write(crlf ? '\r\n' : '\n', end, 'latin1');
    buffer[end] = 0;
    let from = first && buffer.toString('hex', 0, Math.min(3, end)) === mark ? mark.length / 2 : 0;
    // Readers disagree about a quote behind a mark.
    if (from > 0 && buffer[from] === quote) return undefined;
    if (first && header) {
      const names = new Walk(
        columns.map(() => ({ table: header, measured: false })),
        quoted,
      );
      from = names.through(buffer, from, end, 1);
      // One that is longer than a chunk is rather no header.
      if (names.records === 0) return undefined;
    }
    from = rows.through(buffer, from, end);
    // A record ends no character in its middle.
    if (from < 0 || (utf8 && !isUtf8(buffer.subarray(0, from)))) return undefined;
    kept = end - from;
    buffer.copyWithin(0, from, end);
    if (kept >= longestRecord) return undefined;
    if (kept > buffer.length / 2) buffer = Buffer.concat([buffer], buffer.length * 2);
  }
  return kept > 0 ? undefined : { records: rows.records, longest: [...rows.longest] };
}
