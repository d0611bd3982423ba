/** Evaluated in the interpreter (see pieces.ts): chance, which comes from our other half. */
import type { Tools } from './tools.ts';

declare const ask: Tools['ask'];
declare const failureOf: Tools['failureOf'];

export function randomUuid(): unknown {
  return ask('["uuid"]', []);
}

export function randomValues(given: unknown): unknown {
  const kinds = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array];
  if (!ArrayBuffer.isView(given) || ![...kinds, BigInt64Array, BigUint64Array].some((kind) => given instanceof kind))
    throw failureOf('TypeMismatchError', 'The data argument must be an integer-type TypedArray');
  if (given.byteLength > 65_536) throw failureOf('QuotaExceededError', `The requested length exceeds 65,536 bytes`);
  const digits = ask('["random"]', [String(given.byteLength)]) as string; // two for each byte
  const bytes = new Uint8Array(given.buffer, given.byteOffset, given.byteLength);
  for (let at = 0; at < bytes.length; at++) bytes[at] = parseInt(digits.slice(2 * at, 2 * at + 2), 16);
  return given;
}

export const cryptoPiece = `(tools) => {
'use strict';
const { ask, failureOf } = tools;
const randomUUID = ${String(randomUuid)};
const getRandomValues = ${String(randomValues)};
return { crypto: { randomUUID, getRandomValues } };
}`;
