/** Evaluated in the interpreter (see pieces.ts): `structuredClone`. */
import type { Tools } from './tools.ts';

declare const failureOf: Tools['failureOf'];

/** What is made of one text or number, and has nothing in it; undefined = something else. */
export function copyOfPlain(given: object): object | undefined {
  if (given instanceof Date) return new Date(given.getTime());
  if (given instanceof RegExp) return new RegExp(given.source, given.flags);
  if (given instanceof Boolean || given instanceof Number || given instanceof String) return Object(given.valueOf()) as object; // of one
  if (given instanceof BigInt) return Object(BigInt.prototype.valueOf.call(given)) as object; // likewise
  if (given instanceof ArrayBuffer) return given.slice(0);
  return undefined;
}

export function cloneView(given: ArrayBufferView, seen: Map<object, unknown>): object {
  const buffer = cloneOf(given.buffer, seen) as ArrayBuffer; // a copy of one
  if (given instanceof DataView) return new DataView(buffer, given.byteOffset, given.byteLength);
  const kinds = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array];
  const Kind = [...kinds, Float32Array, Float64Array, BigInt64Array, BigUint64Array].find((one) => given instanceof one);
  if (!Kind) throw failureOf('DataCloneError', 'this view of bytes could not be cloned.');
  return new Kind(buffer, given.byteOffset, (given as Uint8Array).length); // or of another kind, which has one too
}

export function cloneError(given: Error, seen: Map<object, unknown>): Error {
  const kinds = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };
  const Kind = kinds[given.name as keyof typeof kinds] ?? Error; // or no name of these
  const error = new Kind(given.message);
  seen.set(given, error);
  Object.defineProperty(error, 'stack', { value: given.stack, writable: true, configurable: true });
  if ('cause' in given)
    Object.defineProperty(error, 'cause', { value: cloneOf(given.cause, seen), writable: true, configurable: true });
  return error;
}

/** Each object once, so that what refers to itself still does. */
export function cloneOf(given: unknown, seen: Map<object, unknown>): unknown {
  if (typeof given === 'symbol' || typeof given === 'function')
    throw failureOf('DataCloneError', `${String(given).slice(0, 200)} could not be cloned.`);
  if (typeof given !== 'object' || given === null) return given;
  if (seen.has(given)) return seen.get(given);
  const note = <T>(copy: T): T => {
    seen.set(given, copy);
    return copy;
  };
  const plain = copyOfPlain(given);
  if (plain) return note(plain);
  if (ArrayBuffer.isView(given)) return note(cloneView(given, seen));
  if (given instanceof Error) return cloneError(given, seen);
  if (given instanceof Map) {
    const copy = note(new Map<unknown, unknown>());
    for (const [key, value] of Array.from(given)) copy.set(cloneOf(key, seen), cloneOf(value, seen));
    return copy;
  }
  if (given instanceof Set) {
    const copy = note(new Set<unknown>());
    for (const value of Array.from(given)) copy.add(cloneOf(value, seen));
    return copy;
  }
  for (const Kind of [Promise, WeakMap, WeakSet, WeakRef])
    if (given instanceof Kind) throw failureOf('DataCloneError', `#<${Kind.name}> could not be cloned.`);
  const copy: object = note(Array.isArray(given) ? [] : {});
  if (Array.isArray(given)) (copy as unknown[]).length = given.length; // made just now, with its holes
  for (const key of Object.keys(given)) {
    const value = cloneOf((given as Record<string, unknown>)[key], seen); // its own key
    Object.defineProperty(copy, key, { value, writable: true, enumerable: true, configurable: true });
  }
  return copy;
}

export const clonePiece = `(tools) => {
'use strict';
const { failureOf } = tools;
${[copyOfPlain, cloneView, cloneError, cloneOf].map(String).join('\n')}
return {
  structuredClone(value) {
    if (arguments.length === 0) throw new TypeError("The 'value' argument must be specified");
    return cloneOf(value, new Map());
  },
};
}`;
