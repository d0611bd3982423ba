/**
 * Access tokens for clients that log in first (OAuth client credentials): `hga_<key id>_<end>_<proof>`. Nothing is stored: the
 * proof is bound to the key as it is now, so a token ends with its hours, with its key, and where the key's secret changes.
 */
import { timingSafeEqual } from 'node:crypto';
import type { Ports } from '../operations/operation.ts';
import type { KeyRow } from '../store/keys.ts';

export interface AccessParts {
  readonly id: string;
  /** Seconds since 1970. */
  readonly end: number;
  readonly proof: Buffer;
}

/** Undefined for what is no access token of ours. */
export function parseAccess(token: string): AccessParts | undefined {
  const [, id, end, proof] = /^hga_([A-Za-z0-9]{1,64})_(\d{1,12})_([0-9a-f]{64})$/.exec(token) ?? [];
  if (id === undefined || end === undefined || proof === undefined) return undefined;
  return { id, end: Number(end), proof: Buffer.from(proof, 'hex') };
}

/** Good for `seconds` from now on. */
export function accessToken(ports: Pick<Ports, 'key' | 'clock'>, row: KeyRow, seconds: number): string {
  const end = Math.floor(ports.clock.now().getTime() / 1000) + seconds;
  return `hga_${row.id}_${end}_${proofOf(ports, row, end).toString('hex')}`;
}

export function isProven(ports: Pick<Ports, 'key' | 'clock'>, row: KeyRow, { end, proof }: AccessParts): boolean {
  return timingSafeEqual(proof, proofOf(ports, row, end)) && ports.clock.now().getTime() < end * 1000;
}

/** No secret of a key has a line break in it, so this is the hash of none. */
const proofOf = ({ key }: Pick<Ports, 'key'>, { id, secret_hash }: KeyRow, end: number): Buffer =>
  key.hash(`access\n${id}\n${end}\n${secret_hash.toString('hex')}`);
