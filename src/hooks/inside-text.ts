/** Evaluated in the interpreter (see pieces.ts): texts as bytes and back. */
import type { Tools } from './tools.ts';

declare const failureOf: Tools['failureOf'];

type Bytes = Uint8Array<ArrayBuffer>;

export function bytesOf(input: unknown): Bytes {
  if (input instanceof ArrayBuffer) return new Uint8Array(input);
  if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer as ArrayBuffer, input.byteOffset, input.byteLength); // none is shared
  throw new TypeError('The "input" argument must be an instance of ArrayBuffer or ArrayBufferView.');
}

/** Into `bytes` as far as they reach, whole characters only: how much was read and written. */
export function encodeInto(text: string, bytes: Bytes): { readonly read: number; readonly written: number } {
  let [read, written] = [0, 0];
  while (read < text.length) {
    let code = text.codePointAt(read) ?? 0;
    const units = code > 0xffff ? 2 : 1;
    if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
    const size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (written + size > bytes.length) break;
    if (size === 1) bytes[written] = code;
    else {
      bytes[written] = ((0xf00 >> size) & 0xff) | (code >> (6 * (size - 1)));
      for (let at = 1; at < size; at++) bytes[written + at] = 0x80 | ((code >> (6 * (size - 1 - at))) & 0x3f);
    }
    read += units;
    written += size;
  }
  return { read, written };
}

export function encoded(text: string): Bytes {
  const bytes = new Uint8Array(text.length * 3);
  return bytes.slice(0, encodeInto(text, bytes).written);
}

/** How many bytes follow the first of a character, and between which the second lies; undefined = it begins none. */
export function followersOf(first: number): readonly [count: number, low: number, high: number] | undefined {
  if (first >= 0xc2 && first <= 0xdf) return [1, 0x80, 0xbf];
  if (first >= 0xe0 && first <= 0xef) return [2, first === 0xe0 ? 0xa0 : 0x80, first === 0xed ? 0x9f : 0xbf];
  if (first >= 0xf0 && first <= 0xf4) return [3, first === 0xf0 ? 0x90 : 0x80, first === 0xf4 ? 0x8f : 0xbf];
  return undefined;
}

/** What is no character becomes U+FFFD, piece by piece as the web defines it. `rest`: where a character begins that does not end. */
export function decoded(bytes: Bytes, fatal: boolean): { readonly text: string; readonly rest: number } {
  let text = '';
  let at = 0;
  while (at < bytes.length) {
    const first = bytes[at] ?? 0;
    if (first < 0x80) {
      text += String.fromCharCode(first);
      at += 1;
      continue;
    }
    const found = followersOf(first);
    let [code, next] = [found ? first & (0x3f >> found[0]) : -1, at + 1];
    for (let left = found?.[0] ?? 0; left > 0; left--) {
      if (next === bytes.length) return { text, rest: at };
      const byte = bytes[next] ?? 0;
      const [low, high] = next === at + 1 && found ? [found[1], found[2]] : [0x80, 0xbf];
      if (byte < low || byte > high) {
        code = -1;
        break;
      }
      code = (code << 6) | (byte & 0x3f);
      next += 1;
    }
    if (code < 0 && fatal) throw invalidData();
    text += code < 0 ? '\ufffd' : String.fromCodePoint(code);
    at = next;
  }
  return { text, rest: at };
}

export function invalidData(): Error {
  return Object.assign(new TypeError('The encoded data was not valid for encoding utf-8'), {
    code: 'ERR_ENCODING_INVALID_ENCODED_DATA',
  });
}

export class Utf8Encoder {
  get encoding(): string {
    return 'utf-8';
  }
  encode(text: unknown = ''): Bytes {
    return encoded(String(text));
  }
  encodeInto(text: unknown, bytes: Bytes): { readonly read: number; readonly written: number } {
    if (!(bytes instanceof Uint8Array)) throw new TypeError('The "dest" argument must be an instance of Uint8Array.');
    return encodeInto(String(text), bytes);
  }
}

export class Utf8Decoder {
  readonly #fatal: boolean;
  readonly #keepsMark: boolean;
  #before: Bytes = new Uint8Array(0);
  #begun = false;

  constructor(label: unknown = 'utf-8', options: { readonly fatal?: unknown; readonly ignoreBOM?: unknown } = {}) {
    if (!/^\s*(utf-?8|unicode-1-1-utf-8)\s*$/i.test(String(label)))
      throw Object.assign(new RangeError(`The "${String(label).slice(0, 100)}" encoding is not supported`), {
        code: 'ERR_ENCODING_NOT_SUPPORTED',
      });
    this.#fatal = Boolean(options.fatal);
    this.#keepsMark = Boolean(options.ignoreBOM);
  }
  get encoding(): string {
    return 'utf-8';
  }
  get fatal(): boolean {
    return this.#fatal;
  }
  get ignoreBOM(): boolean {
    return this.#keepsMark;
  }
  decode(input?: unknown, options: { readonly stream?: unknown } = {}): string {
    const given = input === undefined ? new Uint8Array(0) : bytesOf(input);
    const bytes = new Uint8Array(this.#before.length + given.length);
    bytes.set(this.#before);
    bytes.set(given, this.#before.length);
    this.#before = new Uint8Array(0);
    const { text, rest } = decoded(bytes, this.#fatal);
    const isWhole = !options.stream;
    if (isWhole && rest < bytes.length && this.#fatal) throw invalidData();
    const all = isWhole && rest < bytes.length ? `${text}\ufffd` : text;
    if (!isWhole) this.#before = bytes.slice(rest);
    const shown = !this.#begun && !this.#keepsMark && all.startsWith('\ufeff') ? all.slice(1) : all;
    this.#begun = isWhole ? false : this.#begun || all !== '';
    return shown;
  }
}

export function toBase64(given: unknown): string {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const text = String(given);
  let out = '';
  for (let at = 0; at < text.length; at += 3) {
    const [a, b, c] = [text.charCodeAt(at), text.charCodeAt(at + 1) || 0, text.charCodeAt(at + 2) || 0];
    if (a > 255 || b > 255 || c > 255) throw failureOf('InvalidCharacterError', 'Invalid character');
    const bits = (a << 16) | (b << 8) | c;
    out += digits.charAt(bits >> 18) + digits.charAt((bits >> 12) & 63);
    out += at + 1 < text.length ? digits.charAt((bits >> 6) & 63) : '=';
    out += at + 2 < text.length ? digits.charAt(bits & 63) : '=';
  }
  return out;
}

export function fromBase64(given: unknown): string {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  let text = String(given).replace(/[\t\n\f\r ]/g, '');
  if (text.length % 4 === 0) text = text.replace(/={1,2}$/, '');
  if (text.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(text))
    throw failureOf('InvalidCharacterError', 'The string to be decoded is not correctly encoded.');
  let [out, bits, count] = ['', 0, 0];
  for (let at = 0; at < text.length; at++) {
    bits = ((bits << 6) | digits.indexOf(text.charAt(at))) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += String.fromCharCode((bits >> count) & 255);
  }
  return out;
}

const parts = [bytesOf, encodeInto, encoded, followersOf, decoded, invalidData, toBase64, fromBase64];

export const textPiece = `(tools) => {
'use strict';
const { failureOf } = tools;
${parts.map(String).join('\n')}
const Utf8Encoder = ${String(Utf8Encoder)};
const Utf8Decoder = ${String(Utf8Decoder)};
const named = (made, name) => Object.defineProperty(made, 'name', { value: name, configurable: true });
return {
  TextEncoder: named(Utf8Encoder, 'TextEncoder'),
  TextDecoder: named(Utf8Decoder, 'TextDecoder'),
  btoa: named(toBase64, 'btoa'),
  atob: named(fromBase64, 'atob'),
  decoded: (bytes) => new Utf8Decoder('utf-8', { ignoreBOM: true }).decode(bytes),
};
}`;
