/** What the caller may do with a job, in the vendor's words. */
import { HeadgateError } from '../../../domain/error.ts';
import { listGrants } from '../../../operations/grants/list.ts';
import { perform } from '../../../operations/operation.ts';
import type { RouteContext } from '../../dialect.ts';
import type { Job } from './jobs.ts';

export const shown = { read: 'read', write: 'write', manage: 'manage', own: 'manage' } as const;

export async function levelOn(context: RouteContext, { object }: Pick<Job, 'object'>): Promise<'read' | 'write' | 'manage'> {
  const { level, principal } = context.actor;
  if (level !== undefined) return shown[level];
  const { data } = await perform(listGrants, context, { pipeline: object }).catch((error: unknown) => {
    // Who may not look at grants sees the job all the same.
    if (error instanceof HeadgateError && error.code.startsWith('access.')) return { data: [] };
    throw error;
  });
  const own = data.find((grant) => grant.principal === principal);
  return own ? shown[own.level] : 'read';
}
