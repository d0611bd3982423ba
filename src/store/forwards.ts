/** How far the events and users of pipelines have been posted on, and who is at it. */
import type { ForwardLabels, Marks } from '../domain/forward.ts';
import type { Receipt } from '../domain/receipt.ts';
import type { Db } from './db.ts';

export interface ForwardRow {
  readonly pipeline_id: string;
  readonly forwarder_id: string;
  readonly labels: ForwardLabels;
  readonly positions: Marks;
  readonly sent: string;
  readonly sent_at: Date | null;
  readonly due_at: Date | null;
  readonly failures: number;
  readonly error: string | null;
}

/** Work on what is due, by whoever took it. */
export interface TakenForward extends ForwardRow {
  readonly workspace_id: string;
  readonly imports: readonly string[];
  readonly url: string;
  readonly headers: readonly string[];
  readonly batch: number;
  readonly wanted: string;
  readonly fence: string;
}

const columns = 'pipeline_id, forwarder_id, labels, positions, sent, sent_at, due_at, failures, error';

/** Longer than one request takes; every request that was answered renews it. */
const leaseSeconds = 60;

export async function findForward(db: Db, workspace: number, pipeline: string): Promise<ForwardRow | undefined> {
  const [row] = await db.query<ForwardRow>(
    `select ${columns} from headgate.forwards where workspace_id = $1 and pipeline_id = $2`,
    [workspace, pipeline],
  );
  return row;
}

export interface ForwardWish {
  readonly pipeline: string;
  readonly forwarder: string;
  readonly labels: ForwardLabels;
}

/** What an address was not told yet is due at once; another address is told everything. */
export async function saveForward(
  db: Db,
  workspace: number,
  { pipeline, forwarder, labels }: ForwardWish,
  imports: readonly string[],
  now: Date,
): Promise<void> {
  await db.query(
    `insert into headgate.forwards as f (workspace_id, pipeline_id, forwarder_id, labels, imports, due_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (pipeline_id) do update set forwarder_id = $3, labels = $4, due_at = $6, wanted = f.wanted + 1, fence = f.fence + 1,
       lease_until = null, imports = array(select distinct unnest(f.imports || $5::text[]) order by 1),
       positions = case when f.forwarder_id = $3 then f.positions else '{}' end,
       sent = case when f.forwarder_id = $3 then f.sent else 0 end, failures = 0, error = null
     where f.workspace_id = $1`,
    [workspace, pipeline, forwarder, JSON.stringify(labels), imports, now],
  );
}

export async function deleteForward(db: Db, workspace: number, pipeline: string): Promise<void> {
  await db.query('delete from headgate.forwards where workspace_id = $1 and pipeline_id = $2', [workspace, pipeline]);
}

/** A run has ended: in the transaction that says so. */
export async function wantForward(
  tx: Db,
  { workspace_id, pipeline_id }: { readonly workspace_id: string; readonly pipeline_id: string },
  receipts: readonly Receipt[],
  now: Date,
): Promise<void> {
  const imports = importsOf(receipts);
  if (imports.length === 0) return;
  await tx.query(
    `update headgate.forwards f set due_at = coalesce(f.due_at, $4), wanted = f.wanted + 1,
       imports = array(select distinct unnest(f.imports || $3::text[]) order by 1)
     where f.workspace_id = $1 and f.pipeline_id = $2`,
    [workspace_id, pipeline_id, imports, now],
  );
}

/** What the warehouse knows the flows by that have derived something. */
export const importsOf = (receipts: readonly Receipt[]): readonly string[] => [
  ...new Set(receipts.flatMap(({ derived, pipeline }) => (derived ? [pipeline] : []))),
];

export async function takeForwards(db: Db, now: Date, limit: number): Promise<readonly TakenForward[]> {
  return await db.query<TakenForward>(
    `with next as (
       select f.pipeline_id from headgate.forwards f join headgate.forwarders t on t.id = f.forwarder_id
       where f.due_at <= $1 and t.state = 'active' and (f.lease_until is null or f.lease_until < now())
       order by f.due_at limit $2 for update of f skip locked)
     update headgate.forwards f set fence = f.fence + 1, lease_until = now() + make_interval(secs => $3)
     from next, headgate.forwarders t where f.pipeline_id = next.pipeline_id and t.id = f.forwarder_id
     returning ${columns
       .split(', ')
       .map((name) => `f.${name}`)
       .join(', ')}, f.workspace_id, f.imports, f.wanted, f.fence, t.url, t.headers, t.batch`,
    [now, limit, leaseSeconds],
    'take_forwards',
  );
}

const mine = 'workspace_id = $1 and pipeline_id = $2 and fence = $3';
const asMine = ({ workspace_id, pipeline_id, fence }: TakenForward): readonly unknown[] => [workspace_id, pipeline_id, fence];

/** What was posted has arrived. False = somebody else has taken it over. */
export async function markForward(db: Db, taken: TakenForward, positions: Marks, sent: number, now: Date): Promise<boolean> {
  const rows = await db.query(
    `update headgate.forwards set positions = $4, sent = sent + $5, sent_at = $6, failures = 0, error = null,
       lease_until = now() + make_interval(secs => ${leaseSeconds}) where ${mine} returning fence`,
    [...asMine(taken), JSON.stringify(positions), sent, now],
  );
  return rows.length > 0;
}

/** Nothing is left, unless a run has ended meanwhile. */
export async function endForward(db: Db, taken: TakenForward): Promise<void> {
  await db.query(
    `update headgate.forwards set lease_until = null, failures = 0, error = null, due_at = case when wanted = $4 then null else due_at end
     where ${mine}`,
    [...asMine(taken), taken.wanted],
  );
}

export async function failForward(db: Db, taken: TakenForward, error: string, due: Date): Promise<void> {
  await db.query(
    `update headgate.forwards set lease_until = null, failures = failures + 1, error = $4, due_at = $5 where ${mine}`,
    [...asMine(taken), error, due],
  );
}

/** Failures in a row, as they are now. */
export async function forwardFailures(db: Db, taken: TakenForward): Promise<number> {
  const [row] = await db.query<{ failures: number }>(`select failures from headgate.forwards where ${mine}`, asMine(taken));
  return row?.failures ?? 0;
}
