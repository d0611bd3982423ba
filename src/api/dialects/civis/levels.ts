/** What the caller may do with an object, in the vendor's words. */
import type { ObjectKind } from '../../../domain/access.ts';
import { heldLevel } from '../../../operations/access.ts';
import type { RouteContext } from '../../dialect.ts';
import type { Job } from './jobs.ts';

export const shown = { read: 'read', write: 'write', manage: 'manage', own: 'manage' } as const;

export type Shown = (typeof shown)[keyof typeof shown];

export async function levelAt(context: RouteContext, kind: ObjectKind, ref: string): Promise<Shown> {
  return shown[(await heldLevel(context, { kind, ref })) ?? 'read'];
}

export const levelOn = async (context: RouteContext, { object }: Pick<Job, 'object'>): Promise<Shown> =>
  await levelAt(context, 'pipeline', object);
