/** Evaluated in the interpreter (see pieces.ts): `URL`, read by our other half, and `URLSearchParams`. */
import type { Tools } from './tools.ts';

declare const ask: Tools['ask'];
declare const decoded: (bytes: Uint8Array) => string;
/** What an address is made of, and the parameters that follow it. */
declare const partsOf: WeakMap<object, Record<string, string>>;
declare const paramsOf: WeakMap<object, Params>;

type Pair = [name: string, value: string];

/** As forms write it. */
export function writtenForm(text: string): string {
  const code = (char: string): string => `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()~]/g, code)
    .replace(/%20/g, '+');
}

export function readForm(text: string): string {
  const spaced = text.replace(/\+/g, ' ');
  if (!spaced.includes('%')) return spaced.toWellFormed();
  try {
    return decodeURIComponent(spaced).toWellFormed();
  } catch {
    // Something in it is no character, or no two digits: byte by byte.
    const hex = encodeURIComponent(spaced.toWellFormed()).replace(/%25([0-9a-f]{2})/gi, '%$1');
    const bytes = hex.match(/%[0-9a-f]{2}|[^]/gi) ?? [];
    return decoded(Uint8Array.from(bytes, (byte) => (byte.length === 3 ? parseInt(byte.slice(1), 16) : byte.charCodeAt(0))));
  }
}

export function pairsOfText(text: string): Pair[] {
  const bare = text.startsWith('?') ? text.slice(1) : text;
  return bare
    .split('&')
    .filter((one) => one !== '')
    .map((one) => {
      const at = one.indexOf('=');
      return at < 0 ? [readForm(one), ''] : [readForm(one.slice(0, at)), readForm(one.slice(at + 1))];
    });
}

export function pairsOf(init: unknown): Pair[] {
  if (init === undefined || init === null) return [];
  if (typeof init !== 'object' && typeof init !== 'function') return pairsOfText(`${init as string}`);
  if (Symbol.iterator in init)
    return [...(init as Iterable<unknown>)].map((given) => {
      const pair =
        typeof given === 'object' && given !== null && Symbol.iterator in given ? [...(given as Iterable<unknown>)] : [];
      if (pair.length !== 2)
        throw Object.assign(new TypeError('Each query pair must be an iterable [name, value] tuple'), {
          code: 'ERR_INVALID_TUPLE',
        });
      return [String(pair[0]).toWellFormed(), String(pair[1]).toWellFormed()];
    });
  return Object.entries(init).map(([name, value]) => [name.toWellFormed(), String(value).toWellFormed()]);
}

export class Params {
  #pairs: Pair[];
  #changed: (() => void) | undefined;

  constructor(init?: unknown) {
    this.#pairs = pairsOf(init);
  }
  /** Those of an address, which changes with them. */
  static of(search: string, changed: () => void): Params {
    const params = new Params(search);
    params.#changed = changed;
    return params;
  }
  static renew(params: Params, search: string): void {
    params.#pairs = pairsOfText(search);
  }
  get size(): number {
    return this.#pairs.length;
  }
  append(name: unknown, value: unknown): void {
    this.#pairs.push([String(name).toWellFormed(), String(value).toWellFormed()]);
    this.#changed?.();
  }
  delete(name: unknown, value?: unknown): void {
    this.#pairs = this.#pairs.filter(
      (pair) => pair[0] !== String(name) || (value !== undefined && pair[1] !== `${value as string}`),
    );
    this.#changed?.();
  }
  get(name: unknown): string | null {
    return this.#pairs.find((pair) => pair[0] === String(name))?.[1] ?? null;
  }
  getAll(name: unknown): string[] {
    return this.#pairs.filter((pair) => pair[0] === String(name)).map((pair) => pair[1]);
  }
  has(name: unknown, value?: unknown): boolean {
    return this.#pairs.some((pair) => pair[0] === String(name) && (value === undefined || pair[1] === `${value as string}`));
  }
  set(name: unknown, value: unknown): void {
    const [key, text] = [String(name).toWellFormed(), String(value).toWellFormed()];
    const at = this.#pairs.findIndex((pair) => pair[0] === key);
    if (at < 0) this.#pairs.push([key, text]);
    else
      this.#pairs = this.#pairs.flatMap((pair, place): Pair[] => (place === at ? [[key, text]] : pair[0] === key ? [] : [pair]));
    this.#changed?.();
  }
  sort(): void {
    this.#pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    this.#changed?.();
  }
  forEach(call: (value: string, name: string, params: Params) => void, self?: unknown): void {
    for (const [name, value] of this) call.call(self, value, name, this);
  }
  *entries(): Generator<Pair> {
    for (let at = 0; at < this.#pairs.length; at++) yield [...(this.#pairs[at] ?? ['', ''])];
  }
  *keys(): Generator<string> {
    for (const [name] of this.entries()) yield name;
  }
  *values(): Generator<string> {
    for (const [, value] of this.entries()) yield value;
  }
  [Symbol.iterator](): Generator<Pair> {
    return this.entries();
  }
  toString(): string {
    return this.#pairs.map(([name, value]) => `${writtenForm(name)}=${writtenForm(value)}`).join('&');
  }
}

export class Address {
  constructor(href: unknown, base?: unknown) {
    partsOf.set(this, partsFrom(base === undefined ? [href] : [href, base]));
  }
  static canParse(href: unknown, base?: unknown): boolean {
    return Address.parse(href, base) !== null;
  }
  static parse(href: unknown, base?: unknown): Address | null {
    try {
      return new Address(href, base);
    } catch {
      return null;
    }
  }
  get searchParams(): Params {
    const known = paramsOf.get(this);
    if (known) return known;
    const params: Params = Params.of(partOf(this, 'search'), () => change(this, 'search', params.toString()));
    paramsOf.set(this, params);
    return params;
  }
  toString(): string {
    return partOf(this, 'href');
  }
  toJSON(): string {
    return partOf(this, 'href');
  }
}

export function partsFrom(given: readonly unknown[]): Record<string, string> {
  return ask(
    '["url"]',
    given.map((text) => String(text).toWellFormed()),
  ) as Record<string, string>; // our other half wrote it
}

export function partOf(address: object, name: string): string {
  const part = partsOf.get(address)?.[name];
  if (part === undefined) throw new TypeError('this is no URL');
  return part;
}

export function change(address: object, name: string, value: unknown): void {
  const given = name === 'href' ? [value] : [partOf(address, 'href'), name, value];
  partsOf.set(address, partsFrom(given));
}

/** Each part as a property. */
export function defineParts(): void {
  for (const name of 'href origin protocol username password host hostname port pathname search hash'.split(' '))
    Object.defineProperty(Address.prototype, name, {
      configurable: true,
      enumerable: true,
      get(this: object) {
        return partOf(this, name);
      },
      ...(name !== 'origin' && {
        set(this: object, value: unknown) {
          change(this, name, value);
          const params = paramsOf.get(this);
          if (params && (name === 'href' || name === 'search')) Params.renew(params, partOf(this, 'search'));
        },
      }),
    });
}

const parts = [writtenForm, readForm, pairsOfText, pairsOf, partsFrom, partOf, change, defineParts];

export const urlPiece = `(tools) => {
'use strict';
const { ask, pieceOf } = tools;
const { decoded } = pieceOf('text');
const partsOf = new WeakMap();
const paramsOf = new WeakMap();
${parts.map(String).join('\n')}
const Params = ${String(Params)};
const Address = ${String(Address)};
defineParts();
const named = (made, name) => {
  Object.defineProperty(made.prototype, Symbol.toStringTag, { value: name, configurable: true });
  return Object.defineProperty(made, 'name', { value: name, configurable: true });
};
return { URL: named(Address, 'URL'), URLSearchParams: named(Params, 'URLSearchParams') };
}`;
