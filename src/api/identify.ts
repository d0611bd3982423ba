/** Keys → who asks. One answer for unknown, expired, revoked and wrong ones. */
import { timingSafeEqual } from 'node:crypto';
import { HeadgateError } from '../domain/error.ts';
import type { Actor, Ports } from '../operations/operation.ts';
import { findKey, touchKey, type KeyRow } from '../store/keys.ts';
import type { Identify } from './dialect.ts';

export function identifyBy({ db, key, clock }: Ports): Identify {
  return async ({ id, secret }) => {
    const row = await findKey(db, id);
    const hash = key.hash(secret);
    // Compared also where there is none: the time tells nothing.
    const equal = timingSafeEqual(hash, row?.secret_hash ?? Buffer.alloc(hash.length));
    const actor = row && equal ? actorOfKey(row, clock.now()) : undefined;
    if (!row || !actor) throw new HeadgateError('access.key', 'the key is not valid');
    if (row.kind !== 'backend') throw new HeadgateError('access.key', 'this is a publishable key: it is for browsers');
    await touchKey(db, id);
    return actor;
  };
}

/** Who a key stands for; undefined = it is revoked, or its time is over. */
export function actorOfKey({ id, scopes, workspace_id, revoked_at, expires_at }: KeyRow, now: Date): Actor | undefined {
  if (revoked_at !== null || (expires_at !== null && expires_at <= now)) return undefined;
  return { id, scopes, ...(workspace_id !== null && { workspace: Number(workspace_id) }) };
}
