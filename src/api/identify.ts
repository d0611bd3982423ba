/** Keys → who asks. One answer for unknown, expired, revoked and wrong ones, and those of disabled principals. */
import { timingSafeEqual } from 'node:crypto';
import { levelOf } from '../domain/access.ts';
import { HeadgateError } from '../domain/error.ts';
import type { KeyParts } from '../operations/keys/key.ts';
import type { Actor, Ports } from '../operations/operation.ts';
import { findCaller, touchKey, type CallerRow } from '../store/keys.ts';
import { accessToken, isProven } from './access.ts';
import type { Credentials } from './credentials.ts';
import { together } from './together.ts';

/** A key that is used all the time must not write all the time. */
const touchMs = 60_000;

export type Identify = (credentials: Credentials) => Promise<Actor>;

export function identifyBy(ports: Ports): Identify {
  const shared = together<Actor>();
  // A key that many requests use at once is read and proven once for all of them.
  return async (credentials) =>
    await shared(JSON.stringify(credentials), async () => actorOf(await validKey(ports, credentials)));
}

/** An access token for the id and the secret of a key, whatever a vocabulary calls them. Throws `access.key`. */
export async function issueAccess(ports: Ports, credentials: KeyParts, seconds: number): Promise<string> {
  return accessToken(ports, await validKey(ports, credentials), seconds);
}

/** For answers that never end, and for links: what was taken back since they began. Throws `access.key`. */
export async function renewActor({ db, clock }: Ports, { id }: Pick<Actor, 'id'>): Promise<Actor> {
  const row = await findCaller(db, id);
  if (!row || !isAlive(row, clock.now())) throw new HeadgateError('access.key', 'the key is not valid');
  return actorOf(row);
}

/** The key that was meant, and that was proven. Throws `access.key`. */
async function validKey(ports: Ports, credentials: Credentials): Promise<CallerRow> {
  const { db, key, clock } = ports;
  const row = await findCaller(db, credentials.id);
  const proven = 'secret' in credentials ? isSecret(key.hash(credentials.secret), row) : row && isProven(ports, row, credentials);
  if (!row || !proven || !isAlive(row, clock.now())) throw new HeadgateError('access.key', 'the key is not valid');
  if (row.kind !== 'backend') throw new HeadgateError('access.key', 'this is a publishable key: it is for browsers');
  if (row.last_used_at === null || Date.now() - row.last_used_at.getTime() > touchMs) await touchKey(db, row.id);
  return row;
}

/** Compared also where there is none: the time tells nothing. */
const isSecret = (hash: Buffer, row: CallerRow | undefined): boolean =>
  timingSafeEqual(hash, row?.secret_hash ?? Buffer.alloc(hash.length));

function isAlive({ revoked_at, expires_at, principal_disabled }: CallerRow, now: Date): boolean {
  return revoked_at === null && !principal_disabled && (expires_at === null || expires_at > now);
}

function actorOf({ id, name, scopes, principal_id, workspace_id, workspace_rank }: CallerRow): Actor {
  const level = levelOf(workspace_rank ?? 0);
  return {
    id,
    name,
    scopes,
    principal: principal_id,
    ...(level && { level }),
    ...(workspace_id !== null && { workspace: Number(workspace_id) }),
  };
}
