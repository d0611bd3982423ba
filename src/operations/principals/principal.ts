/** Users and service accounts of a workspace: keys belong to them, and grants are theirs. */
import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { findPrincipal, type PrincipalRow } from '../../store/principals.ts';
import type { OpContext } from '../operation.ts';

export const principalName = z.string().min(1).max(200);
export const principalEmail = z.email().max(254).nullable();

export const principalView = z.object({
  id: z.string(),
  kind: z.enum(['user', 'service']),
  name: z.string(),
  email: z.string().nullable(),
  disabled: z.boolean().meta({ description: 'Its keys are refused' }),
  created_at: z.iso.datetime(),
});

export function show({ id, kind, name, email, created_at, disabled_at }: PrincipalRow): z.input<typeof principalView> {
  return { id, kind, name, email, disabled: disabled_at !== null, created_at: created_at.toISOString() };
}

/** Throws `object.missing`: also for one of another workspace. */
export async function requirePrincipal({ db, workspace }: OpContext, id: string): Promise<PrincipalRow> {
  const row = await findPrincipal(db, workspace, id);
  if (row) return row;
  throw new HeadgateError('object.missing', 'there is no such principal');
}
