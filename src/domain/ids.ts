/** Ids of our objects: a prefix that names the kind, then 48 bits of time and 80 random ones, sortable as text. */
import { randomBytes } from 'node:crypto';

export const idPrefixes = {
  connection: 'con',
  pipeline: 'pl',
  run: 'run',
  model: 'mdl',
  schema: 'sch',
  key: 'key',
  audit: 'aud',
  event: 'evt',
  webhook: 'whk',
  notification: 'ntf',
  delivery: 'dlv',
  forwarder: 'fwd',
  file: 'file',
  principal: 'pri',
  group: 'grp',
} as const;

export type IdKind = keyof typeof idPrefixes;

/** Crockford's base 32 in lower case: no i, l, o, u. */
const digits = '0123456789abcdefghjkmnpqrstvwxyz';

export function newId(kind: IdKind, now = Date.now()): string {
  const random = BigInt(`0x${randomBytes(10).toString('hex')}`);
  let value = (BigInt(now) << 80n) | random;
  let text = '';
  for (let at = 0; at < 26; at++) {
    text = digits.charAt(Number(value & 31n)) + text;
    value >>= 5n;
  }
  return `${idPrefixes[kind]}_${text}`;
}
