/** What the caller may do with an object, in the vendor's words. */
import type { ObjectKind } from '../../../domain/access.ts';
import { heldLevel } from '../../../operations/access.ts';
import type { RouteContext } from '../../dialect.ts';
import type { Job } from './jobs.ts';
import { permissionLevel } from './shapes.ts';

export const shown = { read: 'read', write: 'write', manage: 'manage', own: 'manage' } as const;

export type Shown = (typeof shown)[keyof typeof shown];

/** May somebody with one level do what the other one says? */
export const reaches = (level: Shown, wanted: Shown): boolean =>
  permissionLevel.options.indexOf(level) >= permissionLevel.options.indexOf(wanted);

export async function levelAt(context: RouteContext, kind: ObjectKind, ref: string): Promise<Shown> {
  return shown[(await heldLevel(context, { kind, ref })) ?? 'read'];
}

export const levelOn = async (context: RouteContext, { object }: Pick<Job, 'object'>): Promise<Shown> =>
  await levelAt(context, 'pipeline', object);
