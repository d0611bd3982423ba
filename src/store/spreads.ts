/** Large tables that the owners of runs have opened to all workers. */
import type { Json } from '../domain/json.ts';
import type { Db } from './db.ts';
import { lookChannel, type RunRow } from './runs.ts';

/** While this holds of the spread `s` and its run `r`, its partitions may be staged. */
export const openSpread = `r.id = s.run_id and r.workspace_id = s.workspace_id and r.fence = s.fence and r.state = 'running'
  and r.lease_until > now() and r.cancel_requested_at is null`;

/** A partition `p` that nobody stages. */
export const freePartition = `p.state = 'open' and (p.lease_until is null or p.lease_until < now())`;

type Owned = Pick<RunRow, 'id' | 'workspace_id' | 'fence'>;

export interface NewSpread {
  readonly job: object;
  readonly readers: number;
  readonly ranges: readonly Json[];
}

/** In the place of an earlier one. Resolves to its id; undefined = the run has another owner, or has ended. */
export async function insertSpread(tx: Db, run: Owned, { job, readers, ranges }: NewSpread): Promise<string | undefined> {
  await deleteSpreads(tx, run);
  const [row] = await tx.query<{ id: string }>(
    `insert into headgate.spreads (workspace_id, run_id, fence, job, readers)
     select r.workspace_id, r.id, r.fence, $4, $5 from headgate.runs r
     where r.workspace_id = $1 and r.id = $2 and r.fence = $3 and r.state = 'running' returning id`,
    [run.workspace_id, run.id, run.fence, JSON.stringify(job), readers],
  );
  if (!row) return undefined;
  await tx.query(
    `insert into headgate.partitions (spread_id, workspace_id, number, range)
     select $1, $2, number, range from jsonb_array_elements($3) with ordinality as cut (range, number)`,
    [row.id, run.workspace_id, JSON.stringify(ranges)],
  );
  return row.id;
}

/** Of the run. Whoever still stages one of their partitions is told; what it does from now on counts for nothing. */
export async function deleteSpreads(db: Db, { id, workspace_id }: Pick<RunRow, 'id' | 'workspace_id'>): Promise<void> {
  await db.query(
    `with gone as (delete from headgate.spreads where workspace_id = $1 and run_id = $2 returning run_id)
     select pg_notify($3, run_id) from gone`,
    [workspace_id, id, lookChannel],
  );
}
