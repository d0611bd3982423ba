/** Rows of MySQL's text protocol as a `csv` document, bytes to bytes. Pure: no row becomes an object. */
import type { LogicalType } from '../../domain/types.ts';

/** How a column's bytes become its wire text. */
export type Form = 'plain' | 'text' | 'hex' | 'time' | 'instant' | 'float';

export function formOf(type: LogicalType): Form {
  switch (type.kind) {
    case 'integer':
    case 'decimal':
    case 'boolean':
    case 'date':
    case 'uuid':
      return 'plain';
    case 'float':
      return 'float';
    case 'bytes':
      return 'hex';
    case 'time':
      return 'time';
    case 'timestamp':
      return type.zone ? 'instant' : 'time';
    default:
      return 'text';
  }
}

const [comma, quote, lf, cr, dot, zero, plus, minus, e] = [0x2c, 0x22, 0x0a, 0x0d, 0x2e, 0x30, 0x2b, 0x2d, 0x65];
const hexDigits = Buffer.from('0123456789abcdef');

/** Below this a loop over the bytes beats a call into the runtime. */
const short = 24;

/** A document that grows: `take` gives what is there and starts again. */
export class RowEncoder {
  readonly #forms: readonly Form[];
  #out = Buffer.allocUnsafe(1 << 17);
  #at = 0;
  rows = 0;

  constructor(forms: readonly Form[]) {
    this.#forms = forms;
  }

  get size(): number {
    return this.#at;
  }

  /** The document so far, in a buffer of its own. */
  take(): Buffer {
    const data = this.#out.subarray(0, this.#at);
    this.#out = Buffer.allocUnsafe(Math.max(1 << 17, Math.min(this.#at * 2, 1 << 20)));
    this.#at = 0;
    return data;
  }

  /** One row: a length and its bytes per column; 0xfb stands for NULL. */
  add(data: Buffer, start: number): void {
    let at = start;
    for (let column = 0; column < this.#forms.length; column++) {
      if (column > 0) this.#put(comma);
      const first = data[at++] ?? 0;
      if (first === 0xfb) continue;
      let length = first;
      if (first === 0xfc) [length, at] = [data.readUInt16LE(at), at + 2];
      else if (first === 0xfd) [length, at] = [data.readUIntLE(at, 3), at + 3];
      else if (first === 0xfe) [length, at] = [Number(data.readBigUInt64LE(at)), at + 8];
      this.#value(this.#forms[column] ?? 'text', data, at, at + length);
      at += length;
    }
    this.#put(lf);
    this.rows += 1;
  }

  #put(byte: number): void {
    if (this.#at === this.#out.length) this.#room(1);
    this.#out[this.#at++] = byte;
  }

  /** Twice the bytes hold every value: all of it quotes, or two digits per byte. */
  #room(bytes: number): void {
    if (this.#at + bytes <= this.#out.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#out.length * 2, this.#at + bytes));
    this.#out.copy(larger, 0, 0, this.#at);
    this.#out = larger;
  }

  #value(form: Form, data: Buffer, from: number, to: number): void {
    this.#room((to - from) * 2 + 16);
    switch (form) {
      case 'plain':
        return this.#copy(data, from, to);
      case 'text':
        return this.#text(data, from, to);
      case 'hex':
        return this.#hex(data, from, to);
      case 'float':
        return this.#float(data, from, to);
      default:
        this.#copy(data, from, withoutZeros(data, from, to));
        if (form === 'instant') this.#at += this.#out.write('+00', this.#at, 'latin1');
    }
  }

  #copy(data: Buffer, from: number, to: number): void {
    if (to - from > short) this.#at += data.copy(this.#out, this.#at, from, to);
    else for (let at = from; at < to; at++) this.#out[this.#at++] = data[at] ?? 0;
  }

  #text(data: Buffer, from: number, to: number): void {
    if (from < to && !needsQuotes(data, from, to)) return this.#copy(data, from, to);
    this.#out[this.#at++] = quote;
    for (let at = from; at < to;) {
      const found = data.indexOf(quote, at);
      const end = found < 0 || found >= to ? to : found + 1;
      this.#copy(data, at, end);
      if (end !== to || (found >= 0 && found < to)) this.#out[this.#at++] = quote;
      at = end;
    }
    this.#out[this.#at++] = quote;
  }

  #hex(data: Buffer, from: number, to: number): void {
    this.#at += this.#out.write('\\x', this.#at, 'latin1');
    for (let at = from; at < to; at++) {
      const byte = data[at] ?? 0;
      this.#out[this.#at++] = hexDigits[byte >> 4] ?? 0;
      this.#out[this.#at++] = hexDigits[byte & 15] ?? 0;
    }
  }

  /** `1e300` as `1e+300`, `1e-7` as `1e-07`: the exponent has a sign and two digits. */
  #float(data: Buffer, from: number, to: number): void {
    const found = data.indexOf(e, from);
    if (found < 0 || found >= to) return this.#copy(data, from, to);
    const signed = data[found + 1] === minus || data[found + 1] === plus;
    const digits = found + (signed ? 2 : 1);
    this.#copy(data, from, found + 1);
    this.#out[this.#at++] = data[found + 1] === minus ? minus : plus;
    if (to - digits < 2) this.#out[this.#at++] = zero;
    this.#copy(data, digits, to);
  }
}

function needsQuotes(data: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = data[at] ?? 0;
    if (byte <= comma && (byte === comma || byte === quote || byte === lf || byte === cr)) return true;
  }
  return false;
}

/** Where a fraction ends without the zeros at its end, or the dot where nothing else is left of it. */
function withoutZeros(data: Buffer, from: number, to: number): number {
  let end = to;
  if (data.subarray(from, to).indexOf(dot) < 0) return to;
  while (data[end - 1] === zero) end -= 1;
  return data[end - 1] === dot ? end - 1 : end;
}
