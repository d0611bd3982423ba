/** Partitions of a large table that workers share: who has which, and what became of it. */
import type { Json } from '../domain/json.ts';
import type { PartitionFailure } from '../domain/partition.ts';
import type { Db } from './db.ts';
import { leaseSeconds, type Lease } from './leases.ts';
import { lookChannel, runColumns, type RunRow } from './runs.ts';
import { freePartition, openSpread } from './spreads.ts';

/** One partition, held by a lease of its own. */
export interface TakenPartition {
  readonly run: RunRow;
  readonly spread: string;
  readonly job: object;
  readonly number: number;
  readonly range: Json;
  readonly fence: string;
  readonly failures: number;
}

/** The first that is free; undefined = none is, or as many are at work as may be. */
export async function claimPartition(db: Db, run: string, owner: string): Promise<TakenPartition | undefined> {
  return await db.tx(async (tx) => {
    // Whoever asks waits here for the one before: no more are taken than there are places.
    const [found] = await tx.query<RunRow & { readonly spread: string; readonly job: object }>(
      `select s.id as spread, s.job, ${runColumns} from headgate.spreads s join headgate.runs r on ${openSpread}
       where s.run_id = $1 for update of s`,
      [run],
    );
    if (!found) return undefined;
    const { spread, job, ...row } = found;
    const [taken] = await tx.query<Pick<TakenPartition, 'number' | 'range' | 'fence' | 'failures'>>(
      `update headgate.partitions t set lease_owner = $3, lease_until = now() + make_interval(secs => $4), fence = t.fence + 1
       from headgate.spreads s where s.id = $1 and s.workspace_id = $2 and t.spread_id = s.id
         and t.number = (select p.number from headgate.partitions p where p.spread_id = s.id and ${freePartition} order by p.number limit 1)
         and (select count(*) from headgate.partitions w where w.spread_id = s.id and w.state = 'open' and w.lease_until > now()) < s.readers
       returning t.number, t.range, t.fence, t.failures`,
      [spread, row.workspace_id, owner, leaseSeconds],
    );
    return taken && { run: row, spread, job, ...taken };
  });
}

/** One that was handed back stays so, whatever was on its way. */
export async function renewPartition(db: Db, { run, spread, number, fence }: TakenPartition): Promise<Lease> {
  const [row] = await db.query<{ cancelled: boolean }>(
    `update headgate.partitions p set lease_until = now() + make_interval(secs => $5)
     from headgate.spreads s join headgate.runs r on r.id = s.run_id and r.fence = s.fence
     where p.spread_id = $1 and p.workspace_id = $2 and p.number = $3 and p.fence = $4 and p.state = 'open'
       and p.lease_until is not null and s.id = p.spread_id and r.state = 'running' and r.lease_until > now()
     returning r.cancel_requested_at is not null as cancelled`,
    [spread, run.workspace_id, number, fence, leaseSeconds],
  );
  return { held: row !== undefined, cancelled: row?.cancelled ?? false };
}

export type PartitionEnd = { readonly state: 'staged'; readonly result: object } | PartitionFailure;

/** Only its owner ends it: false where another one has taken it over, or the spread is gone. The run's owner is told. */
export async function endPartition(tx: Db, taken: TakenPartition, end: PartitionEnd): Promise<boolean> {
  const { run, spread, number, fence } = taken;
  const rows = await tx.query(
    `update headgate.partitions set state = $5, result = $6, error = $7, failures = $8, lease_until = null
     where spread_id = $1 and workspace_id = $2 and number = $3 and fence = $4 and state = 'open' returning number`,
    [
      spread,
      run.workspace_id,
      number,
      fence,
      end.state,
      end.state === 'staged' ? JSON.stringify(end.result) : null,
      end.state === 'failed' ? JSON.stringify(end.error) : null,
      end.state === 'staged' ? taken.failures : end.failures,
    ],
  );
  if (rows.length > 0) await tx.query('select pg_notify($1, $2)', [lookChannel, run.id]);
  return rows.length > 0;
}

export interface PartitionRow {
  readonly state: 'open' | 'staged' | 'failed';
  readonly lease_owner: string | null;
  readonly error: { readonly code: string; readonly message: string; readonly hint: string } | null;
}

/** In their order; none where the spread is gone. */
export async function listPartitions(db: Db, workspace: string, spread: string): Promise<readonly PartitionRow[]> {
  return await db.query<PartitionRow>(
    'select state, lease_owner, error from headgate.partitions where spread_id = $1 and workspace_id = $2 order by number',
    [spread, workspace],
  );
}

/** What was staged, in the order of the partitions, and by whom. */
export async function stagedPartitions(
  db: Db,
  workspace: string,
  spread: string,
): Promise<readonly { readonly result: object; readonly by: string }[]> {
  return await db.query<{ result: object; by: string }>(
    `select result, lease_owner as by from headgate.partitions
     where spread_id = $1 and workspace_id = $2 and state = 'staged' order by number`,
    [spread, workspace],
  );
}
