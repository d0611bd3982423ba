/**
 * Evaluated in the interpreter (see inside.ts): what hooks find beside the language. Each piece is compiled when something of it is
 * first touched: most hooks touch none, and every batch has a new global object.
 */
import type { Fields } from './inside-cells.ts';
import type { PieceName, Timers, Tools } from './tools.ts';

/** A piece, by its place in pieces.ts. */
declare const pieceAt: (place: number) => (tools: Tools) => Fields;
/** Asks our other half; see outside.ts. */
declare const outside: (maker: string, call: string) => string;
declare const parse: (text: string) => unknown;
declare const stringify: (value: unknown) => string;
declare const timers: Timers;
declare const usual: Tools['usual'];
/** The names of pieces, in their order. */
declare const pieceNames: readonly PieceName[];
declare const pieces: Partial<Record<PieceName, Fields>>;

/** What our other half answers; its errors are thrown. */
export function ask(maker: string, call: readonly unknown[]): unknown {
  const reply = parse(outside(maker, stringify(call))) as readonly [unknown, string?, string?, string?]; // our other half wrote it
  const [value, name, message, code] = reply;
  if (name === undefined) return value;
  const error = name === 'RangeError' ? new RangeError(message) : new TypeError(message);
  throw code === '' ? error : Object.assign(error, { code });
}

/** As the web names what went wrong, which has no class of its own here. */
export function failureOf(name: string, message: string): Error {
  return Object.defineProperty(new RangeError(message), 'name', { value: name, configurable: true });
}

export function pieceOf(name: PieceName): Fields {
  return (pieces[name] ??= pieceAt(pieceNames.indexOf(name))({ ask, stringify, pieceOf, timers, usual, failureOf }));
}

/** Something of `piece` as a property of `target`, made on first use; whoever sets it has their own. */
export function later(target: object, names: string, piece: PieceName, prefix: string): void {
  for (const name of names.split(' ')) {
    const own = (on: unknown, value: unknown): unknown => {
      const at = typeof on === 'object' && on !== null ? on : target;
      Object.defineProperty(at, name, { value, writable: true, configurable: true });
      return value;
    };
    Object.defineProperty(target, name, {
      configurable: true,
      get: () => own(target, pieceOf(piece)[prefix + name]),
      set(value) {
        own(this, value);
      },
    });
  }
}

export function defineGlobals(): void {
  later(globalThis, 'TextEncoder TextDecoder atob btoa', 'text', '');
  later(globalThis, 'structuredClone', 'clone', '');
  later(globalThis, 'URL URLSearchParams', 'url', '');
  later(globalThis, 'crypto', 'crypto', '');
  later(globalThis, 'setTimeout clearTimeout queueMicrotask', 'timers', '');
  later(globalThis, 'Intl', 'intl', '');
  later(Number.prototype, 'toLocaleString', 'intl', 'number.');
  later(BigInt.prototype, 'toLocaleString', 'intl', 'bigint.');
  later(Date.prototype, 'toLocaleString toLocaleDateString toLocaleTimeString', 'intl', 'date.');
  later(String.prototype, 'localeCompare toLocaleUpperCase toLocaleLowerCase', 'intl', 'string.');
  later(Array.prototype, 'toLocaleString', 'intl', 'array.');
}
