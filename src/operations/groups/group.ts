/** Principals that get grants together. */
import { z } from 'zod';
import { levelOf } from '../../domain/access.ts';
import { HeadgateError } from '../../domain/error.ts';
import { findGrant, everything } from '../../store/grants.ts';
import { findGroup, type GroupRow } from '../../store/groups.ts';
import { authorize } from '../access.ts';
import type { OpContext } from '../operation.ts';

export const groupView = z.object({
  id: z.string(),
  name: z.string(),
  members: z.array(z.string()).meta({ description: 'Ids of principals' }),
  created_at: z.iso.datetime(),
});

export function show({ id, name, members, created_at }: GroupRow): z.input<typeof groupView> {
  return { id, name, members: [...members], created_at: created_at.toISOString() };
}

/** Throws `object.missing`: also for one of another workspace. */
export async function requireGroup({ db, workspace }: Pick<OpContext, 'db' | 'workspace'>, id: string): Promise<GroupRow> {
  const row = await findGroup(db, workspace, id);
  if (row) return row;
  throw new HeadgateError('object.missing', 'there is no such group');
}

/** Nobody puts people into a group that stands above them, or takes it away. Throws `access.grant`. */
export async function requireAbove(context: OpContext, group: string): Promise<void> {
  const grant = await findGrant(context.db, context.workspace, everything, { group });
  await authorize(context, { objects: [], workspace: levelOf(grant?.level ?? 0) ?? 'manage' });
}
