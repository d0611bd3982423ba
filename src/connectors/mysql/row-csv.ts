/** Rows of MySQL's text protocol as a `csv` document, bytes to bytes. Pure: no row becomes an object. */
import { hash } from 'node:crypto';
import type { LogicalType } from '../../domain/types.ts';
import { copy, text } from '../_sql/csv-cells.ts';

/** How a column's bytes become its wire text. */
type WireForm = 'plain' | 'text' | 'hex' | 'time' | 'instant' | 'float';

/** The wire text itself, or its SHA-256 in hexadecimal. */
export type Form = WireForm | `sha256 of ${WireForm}`;

export const formOf = (type: LogicalType, masked: boolean): Form => (masked ? `sha256 of ${wireForm(type)}` : wireForm(type));

function wireForm(type: LogicalType): WireForm {
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

const [comma, lf, dot, zero, plus, minus, e] = [0x2c, 0x0a, 0x2e, 0x30, 0x2b, 0x2d, 0x65];
const hexDigits = Buffer.from('0123456789abcdef');
const hexLead = Buffer.from('\\x');
const utc = Buffer.from('+00');

/** Bytes that a value may need beside twice its own: quotes or a zone, or its digest, and the separator. */
const [extra, digestExtra] = [8, 72];

/** A document that grows: `take` gives what is there and starts again. */
export class RowEncoder {
  readonly #forms: readonly Form[];
  readonly #extra: number;
  #out = Buffer.allocUnsafe(1 << 17);
  #at = 0;
  rows = 0;

  constructor(forms: readonly Form[]) {
    this.#forms = forms;
    this.#extra = forms.length * (forms.some(isDigest) ? digestExtra : extra);
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

  /** One row, from `start` to `end`: a length and its bytes per column; 0xfb stands for NULL. */
  add(data: Buffer, start: number, end: number): void {
    const forms = this.#forms;
    this.#room((end - start) * 2 + this.#extra);
    const out = this.#out;
    let to = this.#at;
    let from = start;
    for (let column = 0; column < forms.length; column++) {
      if (column > 0) out[to++] = comma;
      let length = data[from++] ?? 0;
      if (length >= 0xfb) {
        if (length === 0xfb) continue;
        if (length === 0xfc) [length, from] = [data.readUInt16LE(from), from + 2];
        else if (length === 0xfd) [length, from] = [data.readUIntLE(from, 3), from + 3];
        else [length, from] = [Number(data.readBigUInt64LE(from)), from + 8];
      }
      to = put(forms[column] ?? 'text', out, to, data, from, from + length);
      from += length;
    }
    out[to++] = lf;
    this.#at = to;
    this.rows += 1;
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#out.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#out.length * 2, this.#at + bytes));
    this.#out.copy(larger, 0, 0, this.#at);
    this.#out = larger;
  }
}

/*
 * Each of these writes the bytes of `data` between `from` and `end` into `out` at `to`, and answers where it has ended. Most
 * values are short: a loop over their bytes beats a call into the runtime.
 */

function put(form: Form, out: Buffer, to: number, data: Buffer, from: number, end: number): number {
  switch (form) {
    case 'plain':
      return copy(out, to, data, from, end);
    case 'text':
      return text(out, to, data, from, end);
    case 'hex':
      return hex(out, to, data, from, end);
    case 'float':
      return float(out, to, data, from, end);
    case 'time':
      return copy(out, to, data, from, withoutZeros(data, from, end));
    case 'instant':
      return copy(out, copy(out, to, data, from, withoutZeros(data, from, end)), utc, 0, utc.length);
    default:
      return digest(form, out, to, data, from, end);
  }
}

const digestLead = 'sha256 of ';

const isDigest = (form: Form): form is Exclude<Form, WireForm> => form.startsWith(digestLead);

/** The wire text stands in `out` for a moment, without the quotes of csv. */
function digest(form: Exclude<Form, WireForm>, out: Buffer, to: number, data: Buffer, from: number, end: number): number {
  const inner = form.slice(digestLead.length) as WireForm; // as the type is made
  const at = put(inner === 'text' ? 'plain' : inner, out, to, data, from, end);
  return to + out.write(hash('sha256', out.subarray(to, at), 'hex'), to, 'latin1');
}

function hex(out: Buffer, to: number, data: Buffer, from: number, end: number): number {
  let at = copy(out, to, hexLead, 0, hexLead.length);
  for (let read = from; read < end; read++) {
    const byte = data[read] ?? 0;
    out[at++] = hexDigits[byte >> 4] ?? 0;
    out[at++] = hexDigits[byte & 15] ?? 0;
  }
  return at;
}

/** `1e300` as `1e+300`, `1e-7` as `1e-07`: the exponent has a sign and two digits. */
function float(out: Buffer, to: number, data: Buffer, from: number, end: number): number {
  let found = from;
  while (found < end && data[found] !== e) found += 1;
  if (found === end) return copy(out, to, data, from, end);
  const sign = data[found + 1];
  const digits = found + (sign === minus || sign === plus ? 2 : 1);
  let at = copy(out, to, data, from, found + 1);
  out[at++] = sign === minus ? minus : plus;
  if (end - digits < 2) out[at++] = zero;
  return copy(out, at, data, digits, end);
}

/** Where a fraction ends without the zeros at its end, or the dot where nothing else is left of it. */
function withoutZeros(data: Buffer, from: number, end: number): number {
  let dotted = end - 1;
  while (dotted >= from && data[dotted] !== dot) dotted -= 1;
  if (dotted < from) return end;
  let last = end;
  while (data[last - 1] === zero) last -= 1;
  return last - 1 === dotted ? dotted : last;
}
