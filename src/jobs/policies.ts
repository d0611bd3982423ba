/** What the connections of a run allow it, as they are now. */
import { closedUntil, connectionPolicy, sharesOf, type ConnectionPolicy } from '../domain/connection-policy.ts';
import { policiesOfRun } from '../store/connection-policies.ts';
import type { Db } from '../store/db.ts';

async function policiesFor(db: Db, run: string): Promise<readonly ConnectionPolicy[]> {
  // One that a later version of this program wrote forbids nothing that this one knows.
  return (await policiesOfRun(db, run)).map((stored) => connectionPolicy.safeParse(stored).data ?? {});
}

/** When the run may use them; undefined = now. */
export async function closedFor(db: Db, run: string, now: Date): Promise<Date | undefined> {
  return closedUntil(await policiesFor(db, run), now);
}

/** Readers that all of them bear; undefined = none says anything. */
export async function readersFor(db: Db, run: string): Promise<number | undefined> {
  const readers = (await policiesFor(db, run)).flatMap((policy) => sharesOf(policy).readers ?? []);
  return readers.length === 0 ? undefined : Math.min(...readers);
}
