/** Runs as people see them; who owns one stands in leases.ts. */
import type { Json } from '../domain/json.ts';
import type { Receipt } from '../domain/receipt.ts';
import type { Outcome, RunCause, RunState, RunTask } from '../domain/run.ts';
import { insertedRow, type Db } from './db.ts';
import { readableBy } from './grants.ts';

export interface RunRow {
  readonly id: string;
  readonly workspace_id: string;
  readonly pipeline_id: string;
  readonly state: RunState;
  /** What its end means; null = it has not ended, or badly. */
  readonly outcome: Outcome | null;
  readonly cause: RunCause;
  /** When its tick was due, and the time that it is about: from the tick before to its own. */
  readonly due_at: Date | null;
  readonly span_from: Date | null;
  readonly span_to: Date | null;
  readonly attempt: number;
  /** Attempts that failed; those that were handed back or cut off do not count. */
  readonly failures: number;
  /** No attempt before this moment. */
  readonly retry_at: Date | null;
  /** A person has allowed it to delete. */
  readonly allow_delete: boolean;
  readonly review_until: Date | null;
  readonly queued_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly cancel_requested_at: Date | null;
  readonly fence: string;
  readonly receipts: readonly Receipt[];
  readonly error: Json;
  /** Reads from the beginning, by its own cause or by a wish of its pipeline that was there when it was claimed. */
  readonly from_start: boolean;
  readonly restart_at: Date | null;
  /** Null = the flows of its pipeline. */
  readonly task: RunTask | null;
}

/** Of the table under the name `r`. */
export const runColumns = `r.id, r.workspace_id, r.pipeline_id, r.state, r.outcome, r.cause, r.due_at, r.span_from, r.span_to, r.attempt, r.failures,
  r.retry_at, r.allow_delete, r.review_until, r.queued_at, r.started_at, r.finished_at, r.cancel_requested_at, r.fence, r.receipts, r.error,
  r.from_start, r.restart_at, r.task`;

export type Tick = Pick<RunRow, 'due_at' | 'span_from' | 'span_to'>;

type More = Partial<Tick & Pick<RunRow, 'from_start' | 'task'>>;

export async function insertRun(
  db: Db,
  workspace: number,
  id: string,
  pipeline: string,
  cause: RunRow['cause'],
  more: More = {},
): Promise<RunRow> {
  const rows = await db.query<RunRow>(
    `insert into headgate.runs as r (workspace_id, id, pipeline_id, state, cause, due_at, span_from, span_to, from_start, task)
     values ($1, $2, $3, 'queued', $4, $5, $6, $7, $8,
       coalesce($9, (select task from headgate.pipelines p where $10 and p.workspace_id = $1 and p.id = $3))) returning ${runColumns}`,
    [
      workspace,
      id,
      pipeline,
      cause,
      more.due_at,
      more.span_from,
      more.span_to,
      more.from_start ?? false,
      more.task,
      cause === 'after',
    ],
  );
  return insertedRow(rows);
}

export async function findRun(db: Db, workspace: number, id: string): Promise<RunRow | undefined> {
  const [row] = await db.query<RunRow>(`select ${runColumns} from headgate.runs r where workspace_id = $1 and id = $2`, [
    workspace,
    id,
  ]);
  return row;
}

/** Those of some that this principal may see; undefined = whoever asks may see all. */
export async function findRuns(db: Db, workspace: number, ids: readonly string[], reader?: string): Promise<readonly RunRow[]> {
  return await db.query<RunRow>(
    `select ${runColumns} from headgate.runs r where workspace_id = $1 and id = any($2) and ${readableBy('$3', 'pipeline_id')}`,
    [workspace, ids, reader ?? null],
  );
}

/** The newest that has not ended; undefined = there is none. */
export async function unfinishedRun(db: Db, workspace: number, pipeline: string): Promise<RunRow | undefined> {
  const [row] = await db.query<RunRow>(
    `select ${runColumns} from headgate.runs r where workspace_id = $1 and pipeline_id = $2
       and state in ('queued', 'running', 'retrying', 'needs_review') order by id desc limit 1`,
    [workspace, pipeline],
  );
  return row;
}

export interface RunFilter {
  readonly pipeline?: string | undefined;
  readonly state?: RunState | undefined;
  /** Only runs of pipelines that this principal may see. */
  readonly reader?: string | undefined;
}

/** The newest first. */
export async function listRuns(
  db: Db,
  workspace: number,
  { pipeline, state, reader }: RunFilter,
  limit: number,
  after?: string,
): Promise<readonly RunRow[]> {
  return await db.query<RunRow>(
    `select ${runColumns} from headgate.runs r where workspace_id = $1 and ($2::text is null or pipeline_id = $2)
       and ($3::text is null or state = $3) and ($4::text is null or id < $4)
       and ${readableBy('$6', 'pipeline_id')} order by id desc limit $5`,
    [workspace, pipeline ?? null, state ?? null, after ?? null, limit, reader ?? null],
  );
}

/** Where those who work on a run hear that they should look at it; the message is its id. */
export const lookChannel = 'headgate_cancel';

/** A run that nobody works on ends at once; of another its owner is told. Undefined = it had ended. */
export async function requestCancel(db: Db, workspace: number, id: string): Promise<RunRow | undefined> {
  return await db.tx(async (tx) => {
    const [row] = await tx.query<RunRow>(
      `update headgate.runs r set cancel_requested_at = coalesce(cancel_requested_at, now()),
         state = case when lease_until > now() then state else 'cancelled' end,
         outcome = case when attempt = 0 and (lease_until is null or lease_until <= now()) then 'skipped' end,
         finished_at = case when lease_until > now() then null else now() end
       where workspace_id = $1 and id = $2 and state in ('queued', 'running', 'retrying', 'needs_review') returning ${runColumns}`,
      [workspace, id],
    );
    await tx.query('select pg_notify($1, $2)', [lookChannel, id]);
    return row;
  });
}

/** Of these pipelines. In the caller's transaction; owners of runs at work hear of it when that ends. */
export async function cancelUnfinished(tx: Db, workspace: number, pipelines: readonly string[]): Promise<void> {
  const rows = await tx.query<{ id: string }>(
    `select id from headgate.runs where workspace_id = $1 and pipeline_id = any($2)
       and state in ('queued', 'running', 'retrying', 'needs_review') order by id`,
    [workspace, pipelines],
  );
  for (const { id } of rows) await requestCancel(tx, workspace, id);
}

/** Does somebody hold a run of the pipeline? */
export async function isAtWork(db: Db, workspace: number, pipeline: string): Promise<boolean> {
  const rows = await db.query(
    'select from headgate.runs where workspace_id = $1 and pipeline_id = $2 and lease_until > now() limit 1',
    [workspace, pipeline],
  );
  return rows.length > 0;
}

/** Ends what waits for a pipeline that no longer runs by itself; a run at work goes on. */
export async function cancelWaiting(db: Db, workspace: number, pipeline: string): Promise<void> {
  await db.query(
    `update headgate.runs set state = 'cancelled', cancel_requested_at = now(), finished_at = now(),
       outcome = case when attempt = 0 then 'skipped' end
     where workspace_id = $1 and pipeline_id = $2 and state in ('queued', 'retrying') and (lease_until is null or lease_until < now())`,
    [workspace, pipeline],
  );
}

/** Held deletes: the same run goes on, now allowed to delete. Undefined = nobody waits for a decision. */
export async function approveRun(db: Db, workspace: number, id: string): Promise<RunRow | undefined> {
  const [row] = await db.query<RunRow>(
    `update headgate.runs r set state = 'queued', allow_delete = true, review_until = null, retry_at = null
     where workspace_id = $1 and id = $2 and state = 'needs_review' returning ${runColumns}`,
    [workspace, id],
  );
  return row;
}

export async function rejectRun(db: Db, workspace: number, id: string): Promise<RunRow | undefined> {
  const [row] = await db.query<RunRow>(
    `update headgate.runs r set state = 'cancelled', review_until = null, finished_at = now()
     where workspace_id = $1 and id = $2 and state = 'needs_review' returning ${runColumns}`,
    [workspace, id],
  );
  return row;
}

/** A later run of the pipeline has ended: what an earlier one wanted to delete is no longer the question. */
export async function closeReviews(db: Db, { id, pipeline_id }: Pick<RunRow, 'id' | 'pipeline_id'>): Promise<void> {
  await db.query(
    `update headgate.runs set state = 'failed', review_until = null, finished_at = now()
     where pipeline_id = $1 and id <> $2 and state = 'needs_review'`,
    [pipeline_id, id],
  );
}

/** Nobody has decided in time. Resolves to those that ended by it. */
export async function expireReviews(tx: Db, now: Date): Promise<readonly RunRow[]> {
  return await tx.query<RunRow>(
    `update headgate.runs r set state = 'failed', review_until = null, finished_at = now()
     where state = 'needs_review' and review_until <= $1 returning ${runColumns}`,
    [now],
  );
}

/** Receipts of the last runs of its pipeline that ended well, the newest first. */
export async function lastReceipts(
  db: Db,
  { id, workspace_id, pipeline_id }: Pick<RunRow, 'id' | 'workspace_id' | 'pipeline_id'>,
  limit: number,
): Promise<readonly (readonly Receipt[])[]> {
  const rows = await db.query<Pick<RunRow, 'receipts'>>(
    `select receipts from headgate.runs where workspace_id = $1 and pipeline_id = $2 and id <> $3 and state = 'succeeded' and task is null
     order by id desc limit $4`,
    [workspace_id, pipeline_id, id, limit],
  );
  return rows.map(({ receipts }) => receipts);
}

/** Of all runs of a pipeline, for each of its flows one. */
export async function receiptsOf(db: Db, workspace: number, pipeline: string): Promise<readonly Receipt[]> {
  const rows = await db.query<{ receipt: Receipt }>(
    `select distinct on (receipt->>'pipeline', receipt->>'table') receipt from headgate.runs, jsonb_array_elements(receipts) receipt
     where workspace_id = $1 and pipeline_id = $2 and receipt->>'state' = 'succeeded'
     order by receipt->>'pipeline', receipt->>'table'`,
    [workspace, pipeline],
  );
  return rows.map(({ receipt }) => receipt);
}

/** Which of these tables of one destination have other pipelines written? */
export async function tablesOfOthers(
  db: Db,
  workspace: number,
  { id, destination_id }: { readonly id: string; readonly destination_id: string },
  tables: readonly string[],
): Promise<readonly string[]> {
  const rows = await db.query<{ table: string }>(
    `select distinct receipt->>'table' as table from headgate.pipelines p
     join headgate.runs r on r.workspace_id = p.workspace_id and r.pipeline_id = p.id, jsonb_array_elements(r.receipts) receipt
     where p.workspace_id = $1 and p.id <> $2 and p.destination_id = $3 and receipt->>'state' = 'succeeded'
       and receipt->>'table' = any($4) order by 1`,
    [workspace, id, destination_id, tables],
  );
  return rows.map(({ table }) => table);
}

export interface OverdueRun extends RunRow {
  readonly subscription: string;
}

/** Runs that have been at work for longer than somebody wants to wait without hearing of it, each of them once. */
export async function markOverdue(tx: Db, limit: number): Promise<readonly OverdueRun[]> {
  return await tx.query<OverdueRun>(
    `with late as (
       select r.id, s.id as subscription from headgate.subscriptions s join headgate.runs r
         on r.workspace_id = s.workspace_id and r.pipeline_id = any(s.pipelines)
       where s.stall_minutes is not null and s.state = 'active' and r.state in ('running', 'retrying') and r.overdue_at is null
         and r.started_at < now() - make_interval(mins => s.stall_minutes) limit $1 for update of r skip locked)
     update headgate.runs r set overdue_at = now() from late where r.id = late.id returning ${runColumns}, late.subscription`,
    [limit],
  );
}

/** Runs that have not ended `hours` after they were queued, each of them once; not those that are to wait. */
export async function markStalled(tx: Db, hours: number, limit: number): Promise<readonly RunRow[]> {
  return await tx.query<RunRow>(
    `update headgate.runs r set stalled_at = now() where r.id in (
       select id from headgate.runs where state in ('queued', 'running', 'retrying') and stalled_at is null and (retry_at is null or retry_at < now())
         and queued_at < now() - make_interval(secs => $1 * 3600) order by queued_at limit $2 for update skip locked)
     returning ${runColumns}`,
    [hours, limit],
  );
}
