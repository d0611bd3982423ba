/** One key, every API: `hg_<id>_<secret>`. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { holds } from '../../domain/access.ts';
import type { KeyRow } from '../../store/keys.ts';
import type { OpContext } from '../operation.ts';

export const keyView = z.object({
  id: z.string(),
  name: z.string(),
  principal: z.string().meta({ description: 'Whose key it is' }),
  kind: z.enum(['backend', 'publishable']),
  scopes: z.array(z.string()),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime().nullable(),
  last_used_at: z.iso.datetime().nullable(),
  revoked_at: z.iso.datetime().nullable(),
});

export function show(row: KeyRow): z.input<typeof keyView> {
  const { id, name, kind, scopes } = row;
  return {
    id,
    name,
    principal: row.principal_id,
    kind,
    scopes: [...scopes],
    created_at: row.created_at.toISOString(),
    expires_at: row.expires_at?.toISOString() ?? null,
    last_used_at: row.last_used_at?.toISOString() ?? null,
    revoked_at: row.revoked_at?.toISOString() ?? null,
  };
}

export interface KeyParts {
  readonly id: string;
  readonly secret: string;
}

export const tokenOf = ({ id, secret }: KeyParts): string => `hg_${id}_${secret}`;

/** Undefined for what is no key of ours. */
export function parseToken(token: string): KeyParts | undefined {
  const [, id, secret] = /^hg_([A-Za-z0-9]{1,64})_([\x21-\x7e]{32,256})$/.exec(token) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

/** 256 random bits, and an id that may be shown anywhere. */
export function newKey(): KeyParts {
  return { id: randomBytes(8).toString('hex'), secret: randomBytes(32).toString('hex') };
}

/** Whose keys alone the caller sees and revokes; undefined = everybody's. */
export const keysOf = ({ actor }: OpContext): string | undefined => (holds(actor.level, 'manage') ? undefined : actor.principal);
