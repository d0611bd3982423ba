/** Keys → who asks. One answer for unknown, expired, revoked and wrong ones, and those of disabled principals. */
import { timingSafeEqual } from 'node:crypto';
import { levelOf } from '../domain/access.ts';
import { HeadgateError } from '../domain/error.ts';
import type { Actor, Ports } from '../operations/operation.ts';
import { findCaller, touchKey, type CallerRow } from '../store/keys.ts';
import type { Identify } from './dialect.ts';

/** A key that is used all the time must not write all the time. */
const touchMs = 60_000;

export function identifyBy({ db, key, clock }: Ports): Identify {
  return async ({ id, secret }) => {
    const row = await findCaller(db, id);
    const hash = key.hash(secret);
    // Compared also where there is none: the time tells nothing.
    const equal = timingSafeEqual(hash, row?.secret_hash ?? Buffer.alloc(hash.length));
    if (!row || !equal || !isAlive(row, clock.now())) throw new HeadgateError('access.key', 'the key is not valid');
    if (row.kind !== 'backend') throw new HeadgateError('access.key', 'this is a publishable key: it is for browsers');
    if (row.last_used_at === null || Date.now() - row.last_used_at.getTime() > touchMs) await touchKey(db, id);
    return actorOf(row);
  };
}

/** For who was let in earlier, and is still at it: what was taken back since then counts. Throws `access.key`. */
export async function renewActor({ db, clock }: Ports, { id }: Pick<Actor, 'id'>): Promise<Actor> {
  const row = await findCaller(db, id);
  if (!row || !isAlive(row, clock.now())) throw new HeadgateError('access.key', 'the key is not valid');
  return actorOf(row);
}

function isAlive({ revoked_at, expires_at, principal_disabled }: CallerRow, now: Date): boolean {
  return revoked_at === null && !principal_disabled && (expires_at === null || expires_at > now);
}

function actorOf({ id, scopes, principal_id, workspace_id, workspace_rank }: CallerRow): Actor {
  const level = levelOf(workspace_rank ?? 0);
  return {
    id,
    scopes,
    principal: principal_id,
    ...(level && { level }),
    ...(workspace_id !== null && { workspace: Number(workspace_id) }),
  };
}
