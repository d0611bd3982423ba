/**
 * Follows the records of a csv file byte by byte, to its end: how many fields each has under one dialect, how its lines
 * end, where its quotes stand. What is decided about a file is decided from this, never from its first rows.
 */
import { nextByte } from '../../../sdk/file-bytes.ts';
import type { CsvDialect } from '../../../sdk/index.ts';

const lf = 0x0a;
const cr = 0x0d;
const space = 0x20;

const plain = 0;
const special = 1;

/** Where in a record the reader stands. */
const atStart = 0;
const inBare = 1;
const inQuoted = 2;
const behindQuote = 3;

export type Marks = Pick<CsvDialect, 'delimiter' | 'quote' | 'escape'>;

/** Called with places in the chunk: a carriage return that ends a record, a line feed that belongs to the one before it. */
export interface LineEnds {
  onReturn(at: number): void;
  onPair(at: number): void;
}

export interface SurveyOptions {
  readonly counts?: boolean;
  readonly lineEnds?: LineEnds;
}

/** Where a line ends before a blank one, or the end. */
function blankAfter(data: Buffer, from: number): number {
  const [bare, returned] = [data.indexOf('\n\n', from), data.indexOf('\n\r\n', from)];
  return Math.min(bare < 0 ? data.length : bare, returned < 0 ? data.length : returned);
}

export class Survey {
  readonly #counts: boolean;
  readonly #lineEnds: LineEnds | undefined;
  readonly #delimiter: number;
  readonly #quote: number;
  readonly #escape: number;
  readonly #classes = new Uint8Array(256);
  #state = atStart;
  #escaped = false;
  #returnAt = -2;
  #fields = 1;
  #padded = false;
  /** Are there zero bytes in the chunk? */
  #zeros = false;
  #offset = 0;
  /** The last two bytes before the chunk. */
  #tail = '';
  /** Where the next blank line of a chunk is. */
  #blankAt: { readonly data: Buffer; readonly at: number } = { data: Buffer.alloc(0), at: 0 };

  /** Records that are not blank lines. */
  records = 0;
  /** Fields of the first one. */
  width = 0;
  /** Records with as many fields as the first. */
  agreeing = 0;
  /** Bytes up to the end of the first record, or into the middle of its line end. */
  firstEnd = 0;
  /** Line ends outside quotes, by kind. */
  readonly ends = { lf: 0, crlf: 0, cr: 0 };
  /** Bytes of value zero. */
  zeros = 0;
  /** Values that begin with a quote. */
  opened = 0;
  /** Quotes inside values that are not quoted, or quoted ones with blanks around: readers disagree about them. */
  stray = 0;
  /** Quoted values that go on behind their closing quote. */
  malformed = 0;
  /** Lines with nothing on them, outside quotes: no records, but not every reader knows. A skim tells only whether there are some, of those behind a line feed. */
  blanks = 0;
  /** Does the file end inside a quoted value? */
  open = false;

  /**
   * `counts`: fields are counted, to tell dialects apart. Without, records, width and agreeing are those of the first bytes
   * only, and the rest is skimmed from quote to quote, five times as fast.
   */
  constructor({ delimiter, quote, escape }: Marks, { counts = true, lineEnds }: SurveyOptions = {}) {
    this.#counts = counts || lineEnds !== undefined;
    this.#lineEnds = lineEnds;
    this.#delimiter = delimiter.charCodeAt(0);
    this.#quote = quote === '' ? -1 : quote.charCodeAt(0);
    this.#escape = quote === '' || escape === quote ? -1 : escape.charCodeAt(0);
    for (const byte of [lf, cr, 0, this.#delimiter, this.#quote]) if (byte >= 0) this.#classes[byte] = special;
  }

  push(data: Buffer): void {
    this.#zeros = data.includes(0);
    const edge = this.#tail + data.toString('latin1', 0, 2);
    if (!this.#counts && this.#state !== inQuoted && /\n\r?\n/.test(edge)) this.blanks++;
    if (this.#counts || this.records === 0 || this.#escape >= 0 || this.#zeros) this.#read(data);
    else this.#skim(data);
    this.#offset += data.length;
    this.#tail = (this.#tail + data.toString('latin1', Math.max(0, data.length - 2))).slice(-2);
  }

  /** Most bytes need one look: the loop below knows only them, and leaves the rest to `#look`. */
  #read(data: Buffer): void {
    const classes = this.#classes;
    const delimiter = this.#delimiter;
    const width = this.width;
    let state = this.#state;
    let fields = this.#fields;
    let agreeing = 0;
    for (let at = 0; at < data.length; at++) {
      const byte = data[at] ?? 0;
      if (state === inBare || (state === atStart && byte !== space)) {
        if (classes[byte] === plain) {
          state = inBare;
          continue;
        }
        if (byte === delimiter) {
          fields++;
          state = atStart;
          this.#padded = false;
          continue;
        }
        if (byte === lf && state === inBare && fields === width) {
          agreeing++;
          fields = 1;
          state = atStart;
          this.#padded = false;
          continue;
        }
      }
      this.#state = state;
      this.#fields = fields;
      at = state === inQuoted ? this.#insideQuotes(data, at) : this.#look(byte, at);
      state = this.#state;
      fields = this.#fields;
    }
    this.#state = state;
    this.#fields = fields;
    this.agreeing += agreeing;
    this.records += agreeing;
    this.ends.lf += agreeing;
  }

  /** From quote to quote; what stands before one tells whether it opens a value. */
  #skim(data: Buffer): void {
    const returns = data.includes(cr) || this.#returnAt === this.#offset - 1;
    if (!returns && this.ends.lf === 0 && data.includes(lf)) this.ends.lf++;
    for (let at = 0; at < data.length; at++) {
      if (this.#state === inQuoted) {
        at = this.#insideQuotes(data, at);
        continue;
      }
      const end = this.#quote < 0 ? data.length : nextByte(data, this.#quote, at);
      if (end > at) this.#skimPlain(data, at, end, returns);
      if (end < data.length) this.#quoteByte();
      at = end;
    }
  }

  /** Bytes without a quote: how their lines end, and where in a value the last one leaves the reader. */
  #skimPlain(data: Buffer, from: number, to: number, returns: boolean): void {
    const first = data[from] ?? 0;
    if (this.#state === behindQuote && first !== this.#delimiter && first !== lf && first !== cr) {
      if (first === space) this.stray++;
      else this.malformed++;
    }
    if (returns) this.#skimEnds(data, from, to);
    if (this.blanks === 0 && this.#blankIn(data, from, to)) this.blanks++;
    let last = to - 1;
    while (last > from && data[last] === space) last--;
    const before = data[last] ?? 0;
    const starts = before === this.#delimiter || before === lf || before === cr;
    const onlyBlanks = last === from && before === space;
    this.#padded = starts ? last < to - 1 : onlyBlanks && (this.#padded || this.#state === atStart);
    if (starts) {
      this.#state = atStart;
      // Whether the line is blank so far is all that is kept of its fields.
      this.#fields = before === this.#delimiter ? 2 : 1;
    }
    if (!starts && (!onlyBlanks || this.#state === behindQuote)) this.#state = onlyBlanks ? this.#state : inBare;
  }

  /** Looked for once in a chunk, not once between two quotes. */
  #blankIn(data: Buffer, from: number, to: number): boolean {
    if (this.#blankAt.data !== data || this.#blankAt.at < from) this.#blankAt = { data, at: blankAfter(data, from) };
    return this.#blankAt.at < to;
  }

  #skimEnds(data: Buffer, from: number, to: number): void {
    for (let at = data.indexOf(lf, from); at >= 0 && at < to; at = data.indexOf(lf, at + 1)) {
      const paired = at > 0 ? data[at - 1] === cr : this.#returnAt === this.#offset - 1;
      this.ends[paired ? 'crlf' : 'lf']++;
      if (paired && at === 0) this.ends.cr--;
    }
    for (let at = data.indexOf(cr, from); at >= 0 && at < to; at = data.indexOf(cr, at + 1)) {
      if (at + 1 === data.length) this.#returnAt = this.#offset + at;
      if (data[at + 1] !== lf) this.ends.cr++;
    }
  }

  end(): void {
    this.open = this.#state === inQuoted;
    if (this.#state !== atStart || this.#fields > 1 || this.#padded) this.#endRecord(this.#offset);
  }

  /** The byte that closes the value, or the last one. */
  #insideQuotes(data: Buffer, from: number): number {
    if (this.#escape < 0) {
      const end = nextByte(data, this.#quote, from);
      if (this.#zeros) this.#countZeros(data, from, end);
      if (end < data.length) this.#state = behindQuote;
      return end;
    }
    for (let at = from; at < data.length; at++) {
      const byte = data[at] ?? 0;
      if (byte === 0) this.zeros++;
      if (this.#escaped) this.#escaped = false;
      else if (byte === this.#escape) this.#escaped = true;
      else if (byte === this.#quote) {
        this.#state = behindQuote;
        return at;
      }
    }
    return data.length;
  }

  #countZeros(data: Buffer, from: number, to: number): void {
    for (let at = from; at < to; at++) if (data[at] === 0) this.zeros++;
  }

  #look(byte: number, at: number): number {
    if (byte === 0) this.zeros++;
    if (byte === 0 || this.#classes[byte] === plain) this.#plainByte(byte);
    else if (byte === this.#delimiter) {
      this.#fields++;
      this.#state = atStart;
      this.#padded = false;
    } else if (byte === this.#quote) this.#quoteByte();
    else this.#lineEnd(byte, at);
    return at;
  }

  #plainByte(byte: number): void {
    if (this.#state === behindQuote && byte === space) this.stray++;
    else if (this.#state === behindQuote) {
      this.malformed++;
      this.#state = inBare;
    } else if (byte === space) this.#padded = true;
    else this.#state = inBare;
  }

  #lineEnd(byte: number, at: number): void {
    const place = this.#offset + at;
    if (byte === lf && this.#returnAt === place - 1) {
      this.ends.cr--;
      this.ends.crlf++;
      this.#lineEnds?.onPair(at);
      return;
    }
    this.ends[byte === lf ? 'lf' : 'cr']++;
    if (byte === cr) {
      this.#returnAt = place;
      this.#lineEnds?.onReturn(at);
    }
    this.#endRecord(place + 1);
  }

  #quoteByte(): void {
    if (this.#state === inBare) {
      this.stray++;
      return;
    }
    // Behind a closing quote another one reopens the value: so a doubled quote reads.
    if (this.#padded) this.stray++;
    if (this.#state === atStart) this.opened++;
    else if (this.#escape >= 0) this.malformed++;
    this.#state = inQuoted;
  }

  #endRecord(end: number): void {
    const blank = this.#fields === 1 && this.#state === atStart && !this.#padded;
    if (blank) this.blanks++;
    else {
      this.records++;
      if (this.records === 1) {
        this.width = this.#fields;
        this.firstEnd = end;
      }
      if (this.#fields === this.width) this.agreeing++;
    }
    this.#fields = 1;
    this.#state = atStart;
    this.#padded = false;
  }
}
