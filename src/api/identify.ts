/** Keys → who asks. One answer for unknown, expired, revoked and wrong ones. */
import { timingSafeEqual } from 'node:crypto';
import { HeadgateError } from '../domain/error.ts';
import type { Ports } from '../operations/operation.ts';
import { findKey, touchKey } from '../store/keys.ts';
import type { Identify } from './dialect.ts';

/** A key that is used all the time must not write all the time. */
const touchMs = 60_000;

export function identifyBy({ db, key, clock }: Ports): Identify {
  return async ({ id, secret }) => {
    const row = await findKey(db, id);
    const hash = key.hash(secret);
    // Compared also where there is none: the time tells nothing.
    const equal = timingSafeEqual(hash, row?.secret_hash ?? Buffer.alloc(hash.length));
    const valid = row && equal && row.revoked_at === null && (row.expires_at === null || row.expires_at > clock.now());
    if (!valid) throw new HeadgateError('access.key', 'the key is not valid');
    if (row.kind !== 'backend') throw new HeadgateError('access.key', 'this is a publishable key: it is for browsers');
    if (row.last_used_at === null || Date.now() - row.last_used_at.getTime() > touchMs) await touchKey(db, id);
    return { id, scopes: row.scopes, ...(row.workspace_id !== null && { workspace: Number(row.workspace_id) }) };
  };
}
