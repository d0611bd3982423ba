/** Runs and who owns them. The queue only wakes: whoever holds the lease works, and every takeover raises the fence. */
import type { Json } from '../domain/json.ts';
import type { Receipt, RunState } from '../domain/receipt.ts';
import type { Db } from './db.ts';

export interface RunRow {
  readonly id: string;
  readonly workspace_id: string;
  readonly pipeline_id: string;
  readonly state: RunState;
  /** What made it: `manual`, `schedule`, `retry`. */
  readonly cause: string;
  readonly attempt: number;
  readonly queued_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly cancel_requested_at: Date | null;
  readonly fence: string;
  readonly receipts: readonly Receipt[];
  readonly error: Json;
}

const columns = `id, workspace_id, pipeline_id, state, cause, attempt, queued_at, started_at, finished_at,
  cancel_requested_at, fence, receipts, error`;

export async function insertRun(db: Db, workspace: number, id: string, pipeline: string, cause: string): Promise<RunRow> {
  const [row] = await db.query<RunRow>(
    `insert into headgate.runs (workspace_id, id, pipeline_id, state, cause) values ($1, $2, $3, 'queued', $4) returning ${columns}`,
    [workspace, id, pipeline, cause],
  );
  if (!row) throw new Error('an insert answers its row');
  return row;
}

export async function findRun(db: Db, workspace: number, id: string): Promise<RunRow | undefined> {
  const [row] = await db.query<RunRow>(`select ${columns} from headgate.runs where workspace_id = $1 and id = $2`, [
    workspace,
    id,
  ]);
  return row;
}

export interface RunFilter {
  readonly pipeline?: string | undefined;
  readonly state?: RunState | undefined;
}

/** The newest first. */
export async function listRuns(
  db: Db,
  workspace: number,
  { pipeline, state }: RunFilter,
  limit: number,
  after?: string,
): Promise<readonly RunRow[]> {
  return await db.query<RunRow>(
    `select ${columns} from headgate.runs where workspace_id = $1 and ($2::text is null or pipeline_id = $2)
       and ($3::text is null or state = $3) and ($4::text is null or id < $4) order by id desc limit $5`,
    [workspace, pipeline ?? null, state ?? null, after ?? null, limit],
  );
}

/** Seconds after which a lease that nobody renewed is free (design: 20 s, renewed every 5 s). */
export const leaseSeconds = 20;

/**
 * Takes a run that nobody owns, where no other run of its pipeline is owned; undefined = not now. Of two that ask at once
 * one waits for the pipeline's row.
 */
export async function claimRun(db: Db, id: string, owner: string): Promise<RunRow | undefined> {
  return await db.tx(async (tx) => {
    await tx.query(
      'select from headgate.pipelines where id = (select pipeline_id from headgate.runs where id = $1) for no key update',
      [id],
    );
    const [row] = await tx.query<RunRow>(
      `update headgate.runs r set state = 'running', lease_owner = $2, lease_until = now() + make_interval(secs => $3),
         fence = fence + 1, attempt = attempt + 1, started_at = coalesce(started_at, now())
       where id = $1 and state in ('queued', 'running', 'retrying') and (lease_until is null or lease_until < now())
         and not exists (select from headgate.runs o where o.pipeline_id = r.pipeline_id and o.id <> r.id
                         and o.state in ('running', 'retrying') and o.lease_until > now())
       returning ${columns}`,
      [id, owner, leaseSeconds],
    );
    return row;
  });
}

/** What the owner learns when it renews: may it go on, should it stop. */
export interface Lease {
  readonly held: boolean;
  readonly cancelled: boolean;
}

export async function renewLease(db: Db, id: string, fence: string): Promise<Lease> {
  const [row] = await db.query<{ cancelled: boolean }>(
    `update headgate.runs set lease_until = now() + make_interval(secs => $3) where id = $1 and fence = $2 and state = 'running'
     returning cancel_requested_at is not null as cancelled`,
    [id, fence, leaseSeconds],
  );
  return { held: row !== undefined, cancelled: row?.cancelled ?? false };
}

export interface RunEnd {
  readonly state: RunState;
  readonly receipts: readonly Receipt[];
  readonly error: Json;
}

/** Only the owner ends a run: false where another one has taken it over. */
export async function endRun(db: Db, id: string, fence: string, { state, receipts, error }: RunEnd): Promise<boolean> {
  const rows = await db.query(
    `update headgate.runs set state = $3, receipts = $4, error = $5, lease_owner = null, lease_until = null,
       finished_at = case when $3 in ('succeeded', 'failed', 'cancelled') then now() end
     where id = $1 and fence = $2 and state = 'running' returning id`,
    [id, fence, state, JSON.stringify(receipts), JSON.stringify(error)],
  );
  return rows.length > 0;
}

/** A run that nobody works on ends at once; of another its owner is told. Undefined = it had ended. */
export async function requestCancel(db: Db, workspace: number, id: string): Promise<RunRow | undefined> {
  const [row] = await db.query<RunRow>(
    `update headgate.runs set cancel_requested_at = coalesce(cancel_requested_at, now()),
       state = case when lease_until > now() then state else 'cancelled' end,
       finished_at = case when lease_until > now() then null else now() end
     where workspace_id = $1 and id = $2 and state in ('queued', 'running', 'retrying', 'needs_review') returning ${columns}`,
    [workspace, id],
  );
  return row;
}

/** Where the lock of the data directory proves that no other worker lives, what the last one held is free at once. */
export async function freeLeases(db: Db): Promise<void> {
  await db.query('update headgate.runs set lease_until = null, lease_owner = null where lease_until is not null');
}

/** Runs that wait or whose owner is gone: to be woken. */
export async function abandonedRuns(db: Db, limit: number): Promise<readonly { readonly id: string }[]> {
  return await db.query<{ id: string }>(
    `select id from headgate.runs where state in ('queued', 'running', 'retrying') and (lease_until is null or lease_until < now())
       and (queued_at < now() - interval '5 seconds' or attempt > 0) order by id limit $1`,
    [limit],
  );
}
