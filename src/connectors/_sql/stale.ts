/** Rows that are older than what is stored (`WritePolicy.stale`). Pure. */
import type { WritePolicy } from '../../domain/policy.ts';

/** The columns that say which of two rows is newer, where older ones are left out. */
export const staleVersion = ({ stale, version }: Pick<WritePolicy, 'stale' | 'version'>): readonly string[] | undefined =>
  stale === 'skip' ? version : undefined;

/** True of an incoming row that is at least as new as the stored one; a NULL is older than all others. */
export function notStale(
  policy: Pick<WritePolicy, 'stale' | 'version'>,
  old: (column: string) => string,
  incoming: (column: string) => string,
): string {
  const version = staleVersion(policy);
  if (version === undefined) return 'true';
  const atLeast = ([column = '', ...rest]: readonly string[]): string => {
    const [before, now] = [old(column), incoming(column)];
    if (rest.length === 0) return `(${before} is null or coalesce(${now} >= ${before}, false))`;
    const newer = `(${before} is null and ${now} is not null or coalesce(${now} > ${before}, false))`;
    const equal = `(${before} is null and ${now} is null or coalesce(${now} = ${before}, false))`;
    return `(${newer} or ${equal} and ${atLeast(rest)})`;
  };
  return atLeast(version);
}
