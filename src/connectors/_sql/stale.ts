/** Rows that are older than what is stored (`WritePolicy.stale`). Pure. */
import type { WritePolicy } from '../../domain/policy.ts';

/** The column that says which of two rows is newer, where older ones are left out. */
export const staleVersion = ({ stale, version }: Pick<WritePolicy, 'stale' | 'version'>): string | undefined =>
  stale === 'skip' ? version : undefined;

/** True of an incoming row that is at least as new as the stored one; a NULL is older than all others. */
export function notStale(
  policy: Pick<WritePolicy, 'stale' | 'version'>,
  old: (column: string) => string,
  incoming: (column: string) => string,
): string {
  const version = staleVersion(policy);
  if (version === undefined) return 'true';
  const [before, now] = [old(version), incoming(version)];
  return `(${before} is null or coalesce(${now} >= ${before}, false))`;
}
