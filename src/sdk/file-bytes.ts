/** A CSV file as the bytes of the `csv` dialect (docs/wire.md), where its own dialect differs by header, BOM and line ends only. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { HeadgateError } from '../domain/error.ts';
import type { FileRef } from './source.ts';

const quote = 0x22;
const comma = 0x2c;
const lf = 0x0a;
const cr = 0x0d;
const bom = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Can the file's bytes be the `csv` document? Not with one column only: there an empty line is a value, and a lone `\.`
 * ends the data of COPY.
 */
export function isWireCsv(file: FileRef): boolean {
  const { csv } = file;
  return csv !== undefined && file.schema.fields.length > 1 && csv.delimiter === ',' && csv.quote === '"' && csv.escape === '"';
}

/**
 * Streams the records of a file for which `isWireCsv` holds: no BOM, no header, `\n` after every record.
 * Throws `file.format` at a quote inside an unquoted value (loaders disagree on where such a value ends) and
 * `file.truncated` where the last quoted value is not closed.
 */
export async function* csvBytes(file: FileRef, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const records = new Records(file.path, file.csv?.header === true);
  let first = true;
  for await (const chunk of createReadStream(file.path, { highWaterMark: 1 << 18, ...(signal && { signal }) })) {
    let data = chunk as Buffer; // no encoding is set, so chunks are buffers
    if (first && data.subarray(0, bom.length).equals(bom)) data = data.subarray(bom.length);
    first = false;
    const out = records.push(data);
    if (out.length > 0) yield out;
  }
  const out = records.end();
  await checkUnchanged(file);
  if (out.length > 0) yield out;
}

/** Nobody wrote to the file since it was looked at: ask before the first byte is used and after the last. Throws `file.changed`. */
export async function checkUnchanged({ path, size, modified }: Pick<FileRef, 'path' | 'size' | 'modified'>): Promise<void> {
  const now = await stat(path, { bigint: true }).catch(() => undefined);
  if (now && Number(now.size) === size && String(now.mtimeNs) === modified) return;
  throw new HeadgateError('file.changed', `reading ${path}: it was ${now ? 'written to' : 'removed'} in the meantime`);
}

/** Follows the quotes, which are few, and copies what lies between them. */
class Records {
  readonly #path: string;
  #skipping: boolean;
  #quoted = false;
  /** The last byte seen; a line end before the first. */
  #before = lf;
  /** A carriage return that ended a piece: a line end if a line feed follows. */
  #heldReturn = false;
  #pieces: Buffer[] = [];

  constructor(path: string, skipHeader: boolean) {
    this.#path = path;
    this.#skipping = skipHeader;
  }

  push(data: Buffer): Buffer {
    for (let at = 0; at < data.length;) {
      const next = data.indexOf(quote, at);
      const end = next < 0 ? data.length : next;
      if (end > at) this.#between(data.subarray(at, end));
      if (next < 0) break;
      this.#quote(data.subarray(next, next + 1));
      at = next + 1;
    }
    return this.#take();
  }

  end(): Buffer {
    if (this.#quoted) throw new HeadgateError('file.truncated', `reading ${this.#path}: the last quoted value is not closed`);
    if (!this.#skipping && this.#before !== lf) this.#pieces.push(Buffer.of(lf));
    return this.#take();
  }

  #take(): Buffer {
    const [only, ...rest] = this.#pieces;
    const out = only && rest.length === 0 ? only : Buffer.concat(this.#pieces);
    this.#pieces = [];
    return out;
  }

  #between(piece: Buffer): void {
    const closed = this.#before === quote && !this.#quoted;
    if (closed && ![comma, lf, cr].includes(piece[0] ?? lf)) throw this.#strayQuote();
    this.#before = piece.at(-1) ?? this.#before;
    if (this.#quoted) this.#keep(piece);
    else this.#lines(piece);
  }

  #quote(byte: Buffer): void {
    // A quote right behind a closing one reopens the value: so a doubled quote reads.
    if (!this.#quoted && ![comma, lf, cr, quote].includes(this.#before)) throw this.#strayQuote();
    this.#release();
    this.#keep(byte);
    this.#quoted = !this.#quoted;
    this.#before = quote;
  }

  /** Bytes outside quotes, with every CR LF as LF; the header ends at the first of them. */
  #lines(piece: Buffer): void {
    if (this.#heldReturn && piece[0] !== lf) this.#release();
    this.#heldReturn = false;
    let from = 0;
    for (let at = piece.indexOf(cr); at >= 0; at = piece.indexOf(cr, at + 1)) {
      if (at + 1 === piece.length) this.#heldReturn = true;
      else if (piece[at + 1] !== lf) continue;
      this.#keepLines(piece.subarray(from, at));
      from = at + 1;
    }
    this.#keepLines(piece.subarray(from));
  }

  #release(): void {
    if (this.#heldReturn) this.#keep(Buffer.of(cr));
    this.#heldReturn = false;
  }

  #keepLines(piece: Buffer): void {
    const end = this.#skipping ? piece.indexOf(lf) : -1;
    if (end >= 0) this.#skipping = false;
    this.#keep(piece.subarray(end + 1));
  }

  #keep(piece: Buffer): void {
    if (!this.#skipping && piece.length > 0) this.#pieces.push(piece);
  }

  #strayQuote(): HeadgateError {
    return new HeadgateError('file.format', `reading ${this.#path}: a quote stands inside a value that is not quoted`, {
      hint: 'quote the whole value and double its quotes',
    });
  }
}
