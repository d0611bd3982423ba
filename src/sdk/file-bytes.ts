/** A CSV file as the bytes of the `csv` dialect (docs/wire.md), where its own dialect differs by header, BOM and line ends only. */
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { HeadgateError } from '../domain/error.ts';
import { faultyLine } from './csv-fault.ts';
import type { FileRef } from './source.ts';
import { grouped } from '../domain/count.ts';

const quote = 0x22;
const comma = 0x2c;
const lf = 0x0a;
const cr = 0x0d;
const bom = Buffer.from([0xef, 0xbb, 0xbf]);
/** Places nearer than this are looked at here: a call of `indexOf` costs as much as 40 bytes, whatever it finds. */
const near = 48;

/** Where the byte is next, or the end. */
export function nextByte(data: Buffer, byte: number, from: number): number {
  const until = Math.min(from + near, data.length);
  for (let at = from; at < until; at++) if (data[at] === byte) return at;
  const found = data.indexOf(byte, until);
  return found < 0 ? data.length : found;
}

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
 * Throws `file.format` at a quote inside an unquoted value (loaders disagree on where such a value ends), at a carriage return
 * that is not part of a line end, at a zero byte, and `file.truncated` where the last quoted value is not closed.
 */
export async function* csvBytes(file: FileRef, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const chunks = createReadStream(file.path, { highWaterMark: pieceBytes, ...(signal && { signal }) });
  yield* cleaned(file, recordsOf(file), chunks, { ...(signal && { signal }) });
}

/** Places behind line feeds, in order: the first `count` of `at`. The next piece overwrites them; a new list each is a third of the CPU. */
export interface Places {
  readonly at: Uint32Array;
  count: number;
}

/** Bytes of a document, and where lines end in them. */
export interface CsvPiece {
  /** Overwritten by the next piece as well. */
  readonly data: Buffer;
  /** Those that end a record. */
  readonly ends: Readonly<Places>;
  /** Those inside quotes. */
  readonly inner: Readonly<Places>;
  /** How many are in what was cut out before it: the header. */
  readonly skipped: number;
}

interface Marks {
  readonly ends: Places;
  readonly inner: Places;
}

const pieceBytes = 1 << 18;
const noPlaces = (): Places => ({ at: new Uint32Array(pieceBytes), count: 0 });

/** As `csvBytes`, with the places where lines end. */
export async function* csvRecords(file: FileRef): AsyncGenerator<CsvPiece> {
  const records = recordsOf(file);
  const marks: Marks = { ends: noPlaces(), inner: noPlaces() };
  for await (const data of cleaned(file, records, overwritten(file.path), { marks }))
    yield { data, ...marks, skipped: records.takeSkipped() };
}

const recordsOf = ({ path, csv }: FileRef): Records => new Records(path, csv?.header === true);

interface Cleaning {
  /** Takes the places where lines end in each piece. */
  readonly marks?: Marks;
  readonly signal?: AbortSignal;
}

async function* cleaned(
  file: FileRef,
  records: Records,
  chunks: AsyncIterable<unknown>,
  { marks, signal }: Cleaning,
): AsyncGenerator<Buffer> {
  let first = true;
  for await (const chunk of chunks) {
    let data = chunk as Buffer; // no encoding is set, so chunks are buffers
    if (first && data.subarray(0, bom.length).equals(bom)) data = data.subarray(bom.length);
    first = false;
    if (marks) marks.ends.count = marks.inner.count = 0;
    const out = await located(file, signal, () => records.push(data, marks));
    if (out.length > 0) yield out;
  }
  const data = await located(file, signal, () => records.end());
  await checkUnchanged(file);
  if (marks) marks.ends.count = marks.inner.count = 0;
  if (marks && data.length > 0) mark(marks.ends, data.length);
  if (data.length > 0) yield data;
}

/** One buffer for all pieces: garbage of their size costs more than copying what is kept of them. */
async function* overwritten(path: string): AsyncGenerator<Buffer> {
  await using handle = await open(path, 'r');
  const buffer = Buffer.allocUnsafe(pieceBytes);
  for (let read = await handle.read(buffer); read.bytesRead > 0; read = await handle.read(buffer))
    yield buffer.subarray(0, read.bytesRead);
}

function mark(places: Places, at: number): void {
  places.at[places.count] = at;
  places.count += 1;
}

/** What is wrong with the file, with its line. */
async function located(file: FileRef, signal: AbortSignal | undefined, read: () => Buffer): Promise<Buffer> {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof HeadgateError)) throw error;
    const line = await faultyLine(file.path, signal);
    const where = line === undefined ? '' : ` (line ${grouped(line)})`;
    throw new HeadgateError(error.code, `${error.message}${where}`, { hint: error.hint, cause: error });
  }
}

/** Reads a file to its end where nobody has yet, for readers that would misread some of it in silence. Throws as `csvBytes`. */
export async function checkCsv(file: FileRef, signal?: AbortSignal): Promise<void> {
  if (file.csv?.asGiven) for await (const _ of csvBytes(file, signal));
}

/** Nobody wrote to the file since it was looked at: ask before the first byte is used and after the last. Throws `file.changed`. */
export async function checkUnchanged({ path, size, modified }: Pick<FileRef, 'path' | 'size' | 'modified'>): Promise<void> {
  const now = await stat(path, { bigint: true }).catch(() => undefined);
  if (now && Number(now.size) === size && String(now.mtimeNs) === modified) return;
  throw new HeadgateError('file.changed', `reading ${path}: it was ${now ? 'written to' : 'removed'} in the meantime`);
}

function feeds(data: Buffer, from: number, to: number): number {
  let found = 0;
  for (let at = nextByte(data, lf, from); at < to; at = nextByte(data, lf, at + 1)) found++;
  return found;
}

/** Notes the line feeds from `at` to `to`, as places behind them counted from `start`. Answers where the next one is, for the next call. */
function lineEnds(data: Buffer, next: number, [at, to]: readonly [number, number], start: number, into: Places): number {
  let found = next >= at ? next : nextByte(data, lf, at);
  for (; found < to; found = nextByte(data, lf, found + 1)) mark(into, found + 1 - start);
  return found;
}

/** The same for all bytes, in quotes and not. */
function allLineEnds(data: Buffer, quotedBefore: boolean, { ends, inner }: Marks): void {
  let quoted = quotedBefore;
  let line = -1;
  for (let at = 0; at < data.length;) {
    const end = nextByte(data, quote, at);
    line = lineEnds(data, line, [at, end], 0, quoted ? inner : ends);
    quoted = !quoted;
    at = end + 1;
  }
}

const isBreak = (byte: number | undefined): boolean => byte === comma || byte === lf || byte === cr || byte === quote;

const strayQuote = ['a quote stands inside a value that is not quoted', 'quote the whole value and double its quotes'] as const;
const loneReturn = [
  'a carriage return stands outside quotes and ends no line',
  'without delimiter= in its location, the ends of its lines are settled first',
] as const;
const zeroByte = ['it holds a zero byte', 'without delimiter= in its location, only the values with one are refused'] as const;

/**
 * Follows the quotes, and cuts out what must go: the header and carriage returns. What lies between is not copied: a piece
 * per quote cost five times the CPU of this on a file with four quotes per record.
 */
class Records {
  readonly #path: string;
  #skipping: boolean;
  #quoted = false;
  /** The last byte seen; a line end before the first. */
  #before = lf;
  /** A carriage return that ended a chunk: a line end if a line feed follows. */
  #heldReturn = false;
  #skipped = 0;

  constructor(path: string, skipHeader: boolean) {
    this.#path = path;
    this.#skipping = skipHeader;
  }

  /** `marks` takes the places in the answer where lines end. */
  push(data: Buffer, marks?: Marks): Buffer {
    if (data.length === 0) return data;
    if (this.#before === quote && !this.#quoted && !isBreak(data[0])) throw this.#wrong(strayQuote);
    if (this.#heldReturn && data[0] !== lf) throw this.#wrong(loneReturn);
    if (data.includes(0)) throw this.#wrong(zeroByte);
    const pieces: Buffer[] = [];
    this.#heldReturn = false;
    const returns = data.includes(cr);
    const quotedBefore = this.#quoted && !this.#skipping;
    let line = -1;
    // Where the bytes begin that are kept and not in a piece yet.
    let from = this.#skipping ? data.length : 0;
    for (let at = 0; ;) {
      const end = nextByte(data, quote, at);
      if (marks && this.#quoted && this.#skipping) this.#skipped += feeds(data, at, end);
      if (!this.#quoted && this.#skipping) from = this.#endHeader(data, at, end);
      if (!this.#quoted && returns && !this.#skipping) from = this.#cutReturns(data, Math.max(at, from), end, from, pieces);
      if (marks && !returns && !this.#skipping)
        line = lineEnds(data, line, [Math.max(at, from), end], from, this.#quoted ? marks.inner : marks.ends);
      if (end === data.length) break;
      this.#turn(data, end);
      at = end + 1;
    }
    this.#before = data[data.length - 1] ?? this.#before;
    if (from < data.length) pieces.push(data.subarray(from));
    const [only] = pieces;
    const out = only && pieces.length === 1 ? only : Buffer.concat(pieces);
    if (marks && returns) allLineEnds(out, quotedBefore, marks);
    return out;
  }

  end(): Buffer {
    if (this.#heldReturn) throw this.#wrong(loneReturn);
    if (this.#quoted) throw new HeadgateError('file.truncated', `reading ${this.#path}: the last quoted value is not closed`);
    return !this.#skipping && this.#before !== lf ? Buffer.of(lf) : Buffer.alloc(0);
  }

  /** Line feeds of the header that nobody has been told of. */
  takeSkipped(): number {
    const found = this.#skipped;
    this.#skipped = 0;
    return found;
  }

  /** Where the first record begins, or the end of the data where the header goes on. */
  #endHeader(data: Buffer, at: number, end: number): number {
    const line = data.indexOf(lf, at);
    const ended = line >= 0 && line < end;
    this.#cutReturns(data, at, ended ? line + 1 : end, at, []);
    if (!ended) return data.length;
    this.#skipping = false;
    this.#skipped += 1;
    return line + 1;
  }

  /** Every CR LF outside quotes becomes LF. Answers where the bytes begin that are not in a piece yet. */
  #cutReturns(data: Buffer, at: number, end: number, from: number, pieces: Buffer[]): number {
    let kept = from;
    for (let found = data.indexOf(cr, at); found >= 0 && found < end; found = data.indexOf(cr, found + 1)) {
      if (found + 1 === data.length) this.#heldReturn = true;
      else if (data[found + 1] !== lf) throw this.#wrong(loneReturn);
      if (found > kept) pieces.push(data.subarray(kept, found));
      kept = found + 1;
    }
    return kept;
  }

  /** A quote right behind a closing one reopens the value: so a doubled quote reads. */
  #turn(data: Buffer, at: number): void {
    const opensBehind = at > 0 ? data[at - 1] : this.#before;
    const closesBefore = at + 1 < data.length ? data[at + 1] : comma;
    if (!isBreak(this.#quoted ? closesBefore : opensBehind)) throw this.#wrong(strayQuote);
    this.#quoted = !this.#quoted;
  }

  #wrong([what, hint]: readonly [what: string, hint: string]): HeadgateError {
    return new HeadgateError('file.format', `reading ${this.#path}: ${what}`, { hint });
  }
}
