/** Who owns a run. The queue only wakes: whoever holds the lease works, and every takeover raises the fence. */
import type { Json } from '../domain/json.ts';
import type { Receipt } from '../domain/receipt.ts';
import type { Outcome, RunState } from '../domain/run.ts';
import type { Db } from './db.ts';
import { addUsage, usedUp } from './limits.ts';
import { runColumns, type RunRow } from './runs.ts';
import { deleteSpreads } from './spreads.ts';

/** How many runs are at work at the same time. */
export interface Limits {
  readonly perWorkspace: number;
  readonly perConnection: number;
}

/** What decides whether a run may start. */
export interface Admission {
  /** For retries; leases go by the database's own time. */
  readonly now: Date;
  readonly limits: Limits;
}

/** Seconds after which a lease that nobody renewed is free (design: 20 s, renewed every 5 s). */
export const leaseSeconds = 20;

const atWork = `at_work as (
  select w.workspace_id, s.source_id, s.destination_id from headgate.runs w join headgate.pipelines s on s.id = w.pipeline_id
  where w.state = 'running' and w.lease_until > now())`;

/**
 * May the run `r` of the pipeline `p` start? $1 = now, $2 = runs per workspace, $3 = runs per connection, less where one says so. Runs of one pipeline take
 * turns: the one that was begun goes first, then the oldest; a single order of all of them, so two never wait for each other.
 */
const admitted = `
  r.state in ('queued', 'running', 'retrying') and (r.lease_until is null or r.lease_until < now())
  and (r.retry_at is null or r.retry_at <= $1)
  and not exists (select from headgate.runs o where o.pipeline_id = r.pipeline_id and o.id <> r.id
    and o.state in ('queued', 'running', 'retrying')
    and (o.lease_until > now() or (o.state = 'queued', o.id) < (r.state = 'queued', r.id)))
  and not ${usedUp('r', '$1')}
  and (select count(*) from at_work w where w.workspace_id = r.workspace_id) < $2
  and (select count(*) from at_work w where p.source_id in (w.source_id, w.destination_id))
    < least($3, (select c.runs_at_once from headgate.connections c where c.id = p.source_id))
  and (select count(*) from at_work w where p.destination_id in (w.source_id, w.destination_id))
    < least($3, (select c.runs_at_once from headgate.connections c where c.id = p.destination_id))`;

const admission = ({ now, limits }: Admission) => [now, limits.perWorkspace, limits.perConnection] as const;

export interface ClaimedRun extends RunRow {
  /** `RetryPolicy` of its pipeline. */
  readonly retry: Json;
}

/** Takes a run that nobody owns; undefined = not now. Of those that ask at once in one workspace one decides after the other. */
export async function claimRun(db: Db, id: string, owner: string, asked: Admission): Promise<ClaimedRun | undefined> {
  return await db.tx(async (tx) => {
    await tx.query(
      `select pg_advisory_xact_lock(hashtextextended('headgate.claim', workspace_id)) from headgate.runs where id = $1`,
      [id],
    );
    const [row] = await tx.query<ClaimedRun>(
      `with ${atWork}
       update headgate.runs r set state = 'running', lease_owner = $5, lease_until = now() + make_interval(secs => $6),
         fence = fence + 1, attempt = attempt + 1, started_at = coalesce(started_at, now()), retry_at = null,
         restart_at = p.restart_at
       from headgate.pipelines p where p.id = r.pipeline_id and r.id = $4 and ${admitted}
       returning ${runColumns}, p.retry`,
      [...admission(asked), id, owner, leaseSeconds],
    );
    // What the owner before had opened to others is of a moment that is gone.
    if (row) await deleteSpreads(tx, row);
    if (row?.attempt === 1) await addUsage(tx, Number(row.workspace_id), asked.now, { runs: 1 });
    return row;
  });
}

/** Does the run wait because its workspace has used up what it may do in a day or a month? */
export async function isHeld(db: Db, id: string, now: Date): Promise<boolean> {
  const rows = await db.query(
    `select from headgate.runs r where r.id = $1 and r.state in ('queued', 'retrying') and ${usedUp('r', '$2')}`,
    [id, now],
  );
  return rows.length > 0;
}

/** Runs that may start, the most urgent first. Absent workspace = all of them, without those that were queued just now. */
export async function waitingRuns(db: Db, asked: Admission, limit: number, workspace?: string): Promise<readonly string[]> {
  const rows = await db.query<{ id: string }>(
    `with ${atWork}
     select r.id from headgate.runs r join headgate.pipelines p on p.id = r.pipeline_id where ${admitted}
       and case when $5::bigint is null then r.attempt > 0 or r.queued_at < now() - interval '5 seconds' else r.workspace_id = $5 end
     order by p.priority desc, r.id limit $4`,
    [...admission(asked), limit, workspace ?? null],
  );
  return rows.map(({ id }) => id);
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
  /** Absent = its end means nothing more. */
  readonly outcome?: Outcome;
  /** Absent = as many as before. */
  readonly failures?: number;
  readonly retryAt?: Date;
  readonly reviewUntil?: Date;
}

/** Only the owner ends a run: false where another one has taken it over. */
export async function endRun(db: Db, id: string, fence: string, end: RunEnd): Promise<boolean> {
  const { state, receipts, error, outcome, failures, retryAt, reviewUntil } = end;
  const rows = await db.query(
    `update headgate.runs set state = $3, receipts = $4, error = $5, lease_owner = null, lease_until = null,
       failures = coalesce($6, failures), retry_at = $7, review_until = $8, outcome = $9,
       finished_at = case when $3 in ('succeeded', 'failed', 'cancelled') then now() end
     where id = $1 and fence = $2 and state = 'running' returning id`,
    [id, fence, state, JSON.stringify(receipts), JSON.stringify(error), failures, retryAt, reviewUntil, outcome],
  );
  return rows.length > 0;
}

/** Where the lock of the data directory proves that no other worker lives, what the last one held is free at once. */
export async function freeLeases(db: Db): Promise<void> {
  await db.query('update headgate.runs set lease_until = null, lease_owner = null where lease_until is not null');
  await db.query('update headgate.forwards set lease_until = null where lease_until is not null');
}
