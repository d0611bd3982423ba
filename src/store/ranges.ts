/** How far pipelines have come whose runs read a range of time each, and the range of each run. */
import type { Json } from '../domain/json.ts';
import type { Db } from './db.ts';

export interface RangeRow {
  readonly pipeline_id: string;
  /** `RangePolicy` (domain/range.ts). */
  readonly policy: Json;
  /** The end of the last range that was brought to a good end. */
  readonly done_to: Date | null;
  readonly epoch: number;
  /** The number of the last run that ended well. */
  readonly last_good: string | null;
  /** How many runs there are. */
  readonly runs: number;
}

const columns = 'pipeline_id, policy, done_to, epoch, last_good, runs';

export async function findRange(db: Db, workspace: number, pipeline: string): Promise<RangeRow | undefined> {
  const [row] = await db.query<RangeRow>(`select ${columns} from headgate.ranges where workspace_id = $1 and pipeline_id = $2`, [
    workspace,
    pipeline,
  ]);
  return row;
}

/** `restart` = what was read before no longer counts. */
export async function saveRange(db: Db, workspace: number, pipeline: string, policy: Json, restart: boolean): Promise<void> {
  await db.query(
    `insert into headgate.ranges as g (pipeline_id, workspace_id, policy) values ($2, $1, $3)
     on conflict (pipeline_id) do update set policy = $3, done_to = case when $4 then null else g.done_to end,
       epoch = g.epoch + case when $4 then 1 else 0 end where g.workspace_id = $1`,
    [workspace, pipeline, JSON.stringify(policy), restart],
  );
}

/** Until the end of the transaction nothing else starts a run of the pipeline. False where there is no such pipeline. */
export async function holdPipeline(tx: Db, workspace: number, pipeline: string): Promise<boolean> {
  const rows = await tx.query('select from headgate.pipelines where workspace_id = $1 and id = $2 for no key update', [
    workspace,
    pipeline,
  ]);
  return rows.length > 0;
}

export interface NewRunRange {
  readonly run: string;
  readonly logicalAt: Date;
  readonly upTo: Date;
}

/** In the transaction that made the runs, at most one of each pipeline; those of pipelines without ranges are left alone. */
export async function insertRunRanges(
  tx: Db,
  runs: readonly NewRunRange[],
): Promise<readonly { run_id: string; number: string }[]> {
  if (runs.length === 0) return [];
  return await tx.query(
    `with asked as (select * from unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) as t (run, logical_at, up_to)),
     counted as (
       update headgate.ranges g set runs = g.runs + 1 from headgate.runs r join asked a on a.run = r.id
       where g.pipeline_id = r.pipeline_id and g.workspace_id = r.workspace_id
       returning r.id, g.workspace_id, g.pipeline_id, g.runs, g.epoch, a.logical_at, a.up_to)
     insert into headgate.run_ranges (run_id, workspace_id, pipeline_id, ordinal, epoch, logical_at, up_to)
     select id, workspace_id, pipeline_id, runs, epoch, logical_at, up_to from counted returning run_id, number`,
    [runs.map(({ run }) => run), runs.map(({ logicalAt }) => logicalAt), runs.map(({ upTo }) => upTo)],
  );
}

export interface OpeningRow {
  readonly policy: Json;
  readonly done_to: Date | null;
  readonly up_to: Date;
  readonly settled: boolean;
  readonly range_from: Date | null;
  readonly range_to: Date | null;
}

/** The range of a run, held until the end of the transaction; undefined = its pipeline has none. */
export async function takeRunRange(tx: Db, workspace: number, run: string): Promise<OpeningRow | undefined> {
  const [row] = await tx.query<OpeningRow>(
    `select g.policy, case when g.epoch = x.epoch then g.done_to end as done_to, x.up_to, x.settled, x.range_from, x.range_to
     from headgate.run_ranges x join headgate.ranges g using (pipeline_id)
     where x.workspace_id = $1 and x.run_id = $2 for update of x`,
    [workspace, run],
  );
  return row;
}

export async function settleRunRange(
  tx: Db,
  workspace: number,
  run: string,
  { from, to }: { readonly from: Date | null; readonly to: Date | null },
): Promise<void> {
  await tx.query(
    'update headgate.run_ranges set settled = true, range_from = $3, range_to = $4 where workspace_id = $1 and run_id = $2',
    [workspace, run, from, to],
  );
}

/** A run has ended well: the next range begins where its own ended. A range that was empty moves nothing. */
export async function advanceRange(tx: Db, workspace: number, run: string): Promise<void> {
  await tx.query(
    `update headgate.ranges g set last_good = x.number,
       done_to = case when g.policy ->> 'mode' = 'since_success' and (x.range_from is null or x.range_from <= x.range_to)
         then greatest(g.done_to, x.range_to) else g.done_to end
     from headgate.run_ranges x
     where x.workspace_id = $1 and x.run_id = $2 and g.pipeline_id = x.pipeline_id and g.epoch = x.epoch`,
    [workspace, run],
  );
}
