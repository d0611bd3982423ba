/** Keys → who asks. One answer for unknown, expired, revoked and wrong ones. */
import { timingSafeEqual } from 'node:crypto';
import { HeadgateError } from '../domain/error.ts';
import type { KeyParts } from '../operations/keys/key.ts';
import type { Actor, Ports } from '../operations/operation.ts';
import { findKey, touchKey, type KeyRow } from '../store/keys.ts';
import { accessToken, isProven } from './access.ts';
import type { Credentials } from './credentials.ts';

export type Identify = (credentials: Credentials) => Promise<Actor>;

export function identifyBy(ports: Ports): Identify {
  return async (credentials) => {
    const row = await validKey(ports, credentials);
    return { id: row.id, scopes: row.scopes, ...(row.workspace_id !== null && { workspace: Number(row.workspace_id) }) };
  };
}

/** An access token for the id and the secret of a key, whatever a vocabulary calls them. Throws `access.key`. */
export async function issueAccess(ports: Ports, credentials: KeyParts, seconds: number): Promise<string> {
  return accessToken(ports, await validKey(ports, credentials), seconds);
}

/** The key that was meant, and that was proven. Throws `access.key`. */
async function validKey(ports: Ports, credentials: Credentials): Promise<KeyRow> {
  const { db, key, clock } = ports;
  const row = await findKey(db, credentials.id);
  const proven = 'secret' in credentials ? isSecret(key.hash(credentials.secret), row) : row && isProven(ports, row, credentials);
  const valid = row && proven && row.revoked_at === null && (row.expires_at === null || row.expires_at > clock.now());
  if (!valid) throw new HeadgateError('access.key', 'the key is not valid');
  if (row.kind !== 'backend') throw new HeadgateError('access.key', 'this is a publishable key: it is for browsers');
  await touchKey(db, row.id);
  return row;
}

/** Compared also where there is none: the time tells nothing. */
const isSecret = (hash: Buffer, row: KeyRow | undefined): boolean =>
  timingSafeEqual(hash, row?.secret_hash ?? Buffer.alloc(hash.length));
