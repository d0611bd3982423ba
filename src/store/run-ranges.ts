/** Runs of pipelines with ranges, as lists by number and by the instant that they are called after. */
import type { Receipt } from '../domain/receipt.ts';
import type { RunState } from '../domain/run.ts';
import type { Json } from '../domain/json.ts';
import type { Db } from './db.ts';

export interface RunRangeRow {
  readonly id: string;
  readonly number: string;
  readonly cause: string;
  /** A run whose worker is gone and that waits for another one is `retrying`. */
  readonly state: RunState;
  readonly logical_at: Date;
  readonly range_from: Date | null;
  readonly range_to: Date | null;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly receipts: readonly Receipt[];
  readonly error: Json;
}

const columns = `r.id, x.number, r.cause, x.logical_at, x.range_from, x.range_to, r.started_at, r.finished_at, r.receipts, r.error,
  case when r.state = 'running' and (r.lease_until is null or r.lease_until < now()) then 'retrying' else r.state end as state`;
const from = 'headgate.run_ranges x join headgate.runs r on r.id = x.run_id';
const own = 'x.workspace_id = $1 and x.pipeline_id = $2';

export interface RunRangePage {
  readonly limit: number;
  readonly offset: number;
  /** Both included. */
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

/** By number, from the first. */
export async function listRunRanges(
  db: Db,
  workspace: number,
  pipeline: string,
  { limit, offset, since, until }: RunRangePage,
): Promise<readonly RunRangeRow[]> {
  const whole = since === undefined && until === undefined;
  // Ordinals have no gaps: a page far behind costs as much as the first. Between two instants numbers are counted off in the index,
  // and only the page itself is looked up.
  return await db.query<RunRangeRow>(
    whole
      ? `select ${columns} from ${from} where ${own} and x.ordinal > $4 order by x.ordinal limit $3`
      : `select ${columns} from ${from} where ${own} and x.number in (
           select number from headgate.run_ranges where pipeline_id = $2 and ($5::timestamptz is null or logical_at >= $5)
             and ($6::timestamptz is null or logical_at <= $6) order by number limit $3 offset $4) order by x.number`,
    whole ? [workspace, pipeline, limit, offset] : [workspace, pipeline, limit, offset, since, until],
  );
}

export async function countRunRanges(
  db: Db,
  workspace: number,
  pipeline: string,
  { since, until }: Pick<RunRangePage, 'since' | 'until'>,
): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    // The workspace is that of the pipeline: said of it alone, so that the index by instants answers without a look at a row.
    `select count(*)::int as count from headgate.run_ranges where pipeline_id = (
         select pipeline_id from headgate.ranges where workspace_id = $1 and pipeline_id = $2)
       and ($3::timestamptz is null or logical_at >= $3) and ($4::timestamptz is null or logical_at <= $4)`,
    [workspace, pipeline, since, until],
  );
  return row?.count ?? 0;
}

export async function findRunRange(
  db: Db,
  workspace: number,
  pipeline: string,
  number: number,
): Promise<RunRangeRow | undefined> {
  const [row] = await db.query<RunRangeRow>(`select ${columns} from ${from} where ${own} and x.number = $3`, [
    workspace,
    pipeline,
    number,
  ]);
  return row;
}

/** The one that is called after the latest instant; of several the last one. */
export async function latestRunRange(db: Db, workspace: number, pipeline: string): Promise<RunRangeRow | undefined> {
  const [row] = await db.query<RunRangeRow>(
    `select ${columns} from ${from} where ${own} order by x.logical_at desc, x.number desc limit 1`,
    [workspace, pipeline],
  );
  return row;
}

export interface RangeStatus {
  readonly pipeline_id: string;
  readonly active: boolean;
  /** A run waits or is at work. */
  readonly busy: boolean;
  readonly code: string | null;
  readonly message: string | null;
}

/** `pipelines` absent = all of the workspace. */
export async function listRangeStatus(db: Db, workspace: number, pipelines?: readonly string[]): Promise<readonly RangeStatus[]> {
  return await db.query<RangeStatus>(
    `select g.pipeline_id, p.state = 'active' as active, f.code, f.message, u.pipeline_id is not null as busy
     from headgate.ranges g join headgate.pipelines p on p.id = g.pipeline_id
       left join headgate.faults f on f.workspace_id = g.workspace_id and f.object_id = g.pipeline_id
       left join (select distinct pipeline_id from headgate.runs where workspace_id = $1 and state in ('queued', 'running', 'retrying')
         and ($2::text[] is null or pipeline_id = any($2))) u on u.pipeline_id = g.pipeline_id
     where g.workspace_id = $1 and ($2::text[] is null or g.pipeline_id = any($2))`,
    [workspace, pipelines],
  );
}

/** Runs of the pipeline that have not ended. */
export async function unfinishedRuns(db: Db, workspace: number, pipeline: string): Promise<readonly string[]> {
  const rows = await db.query<{ id: string }>(
    `select id from headgate.runs where workspace_id = $1 and pipeline_id = $2 and state in ('queued', 'running', 'retrying') order by id`,
    [workspace, pipeline],
  );
  return rows.map(({ id }) => id);
}
