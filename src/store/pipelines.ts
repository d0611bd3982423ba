import type { Json } from '../domain/json.ts';
import type { PipelineState } from '../domain/pipeline.ts';
import type { RunTask } from '../domain/run.ts';
import { insertedRow, type Db } from './db.ts';
import { readableBy } from './grants.ts';
import { isAtWork } from './runs.ts';

export interface PipelineRow {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly state: PipelineState;
  readonly source_id: string;
  readonly destination_id: string;
  /** `FlowSpec[]` (domain/pipeline.ts). */
  readonly flows: Json;
  readonly schedule: Json;
  readonly next_due_at: Date | null;
  /** When the last tick that was dispatched was due. */
  readonly last_due_at: Date | null;
  /** The pipeline whose success starts this one. */
  readonly after_id: string | null;
  /** `RetryPolicy` (domain/retry.ts), without what has its default. */
  readonly retry: Json;
  /** The higher, the sooner. */
  readonly priority: number;
  /** Since when somebody wants the next run to read from the beginning. */
  readonly restart_at: Date | null;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
}

const columns = `id, slug, name, state, source_id, destination_id, flows, schedule, next_due_at, last_due_at, after_id, retry, priority,
  restart_at, version, created_at, updated_at`;

type Scheduling = Pick<PipelineRow, 'after_id' | 'retry' | 'priority'>;

export type NewPipeline = Omit<
  PipelineRow,
  'version' | 'created_at' | 'updated_at' | 'last_due_at' | 'restart_at' | keyof Scheduling
> &
  Partial<Scheduling>;

/** Throws `state.conflict` where the slug is taken. */
export async function insertPipeline(db: Db, workspace: number, row: NewPipeline): Promise<PipelineRow> {
  const rows = await db.query<PipelineRow>(
    `insert into headgate.pipelines
       (workspace_id, id, slug, name, state, source_id, destination_id, flows, schedule, next_due_at, after_id, retry, priority)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) returning ${columns}`,
    [
      workspace,
      row.id,
      row.slug,
      row.name,
      row.state,
      row.source_id,
      row.destination_id,
      JSON.stringify(row.flows),
      JSON.stringify(row.schedule),
      row.next_due_at,
      row.after_id ?? null,
      JSON.stringify(row.retry ?? {}),
      row.priority ?? 0,
    ],
  );
  return insertedRow(rows);
}

/** By id or slug. */
export async function findPipeline(db: Db, workspace: number, ref: string): Promise<PipelineRow | undefined> {
  const [row] = await db.query<PipelineRow>(
    `select ${columns} from headgate.pipelines where workspace_id = $1 and (id = $2 or slug = $2)`,
    [workspace, ref],
    'find_pipeline',
  );
  return row;
}

export interface PipelineFilter {
  /** Absent = all but archived ones. */
  readonly state?: PipelineState | undefined;
  /** Only those that this principal may see. */
  readonly reader?: string | undefined;
}

/** The newest first. */
export async function listPipelines(
  db: Db,
  workspace: number,
  { state, reader }: PipelineFilter,
  limit: number,
  after?: string,
): Promise<readonly PipelineRow[]> {
  return await db.query<PipelineRow>(
    `select ${columns} from headgate.pipelines
     where workspace_id = $1 and case when $5::text is null then state <> 'archived' else state = $5 end
       and ($2::text is null or id < $2) and ${readableBy('$4', 'id')}
     order by id desc limit $3`,
    [workspace, after ?? null, limit, reader ?? null, state ?? null],
  );
}

/**
 * Undefined where the version is no longer the one that was read. The due time is the scheduler's: it is left alone without
 * `next_due_at`, and with it nothing is written where a tick was dispatched since `last_due_at` was read.
 */
export async function updatePipeline(
  db: Db,
  workspace: number,
  row: Pick<PipelineRow, 'id' | 'version' | 'name' | 'state' | 'flows' | 'schedule' | 'last_due_at' | keyof Scheduling> & {
    readonly next_due_at?: Date | null | undefined;
  },
): Promise<PipelineRow | undefined> {
  const [stored] = await db.query<PipelineRow>(
    `update headgate.pipelines set name = $4, state = $5, flows = $6, schedule = $7, next_due_at = case when $12 then $8 else next_due_at end,
       after_id = $9, retry = $10, priority = $11, version = version + 1, updated_at = now()
     where workspace_id = $1 and id = $2 and version = $3
       and (not $12 or last_due_at is not distinct from $13) returning ${columns}`,
    [
      workspace,
      row.id,
      row.version,
      row.name,
      row.state,
      JSON.stringify(row.flows),
      JSON.stringify(row.schedule),
      row.next_due_at,
      row.after_id,
      JSON.stringify(row.retry),
      row.priority,
      row.next_due_at !== undefined,
      row.last_due_at,
    ],
  );
  return stored;
}

/** Would `id` wait for itself, directly or through others, where it waits for `after`? */
export async function waitsForItself(db: Db, id: string, after: string): Promise<boolean> {
  const rows = await db.query(
    `with recursive chain as (
       select id, after_id from headgate.pipelines where id = $2
       union select p.id, p.after_id from headgate.pipelines p join chain c on p.id = c.after_id)
     select from chain where id = $1`,
    [id, after],
  );
  return rows.length > 0;
}

/** Active pipelines that start when `after` has succeeded, and have no run that waits already. */
export async function dependentsOf(db: Db, workspace: number, after: string): Promise<readonly string[]> {
  const rows = await db.query<{ id: string }>(
    `select p.id from headgate.pipelines p where p.workspace_id = $1 and p.after_id = $2 and p.state = 'active'
       and not exists (select from headgate.runs r where r.pipeline_id = p.id
         and (r.state = 'queued' or p.alone and r.state in ('running', 'retrying', 'needs_review'))) order by p.id`,
    [workspace, after],
  );
  return rows.map(({ id }) => id);
}

/** The next run reads from the beginning. */
export async function wantRestart(db: Db, workspace: number, id: string): Promise<PipelineRow | undefined> {
  const [row] = await db.query<PipelineRow>(
    `update headgate.pipelines set restart_at = now() where workspace_id = $1 and id = $2 returning ${columns}`,
    [workspace, id],
  );
  return row;
}

/** It has: the wish that the run took up is met, a later one is not. */
export async function grantRestart(db: Db, run: { readonly id: string; readonly workspace_id: string }): Promise<void> {
  await db.query(
    `update headgate.pipelines p set restart_at = null from headgate.runs r
     where r.workspace_id = $1 and r.id = $2 and r.task is null and p.id = r.pipeline_id and p.restart_at = r.restart_at`,
    [run.workspace_id, run.id],
  );
}

/** The pipeline that it follows, the one that this one follows, and so on. */
export async function chainOf(db: Db, workspace: number, id: string): Promise<readonly string[]> {
  const rows = await db.query<{ id: string }>(
    `with recursive chain as (
       select id, after_id, 0 as depth from headgate.pipelines where workspace_id = $1 and id = $2
       union all select p.id, p.after_id, depth + 1 from headgate.pipelines p join chain c on p.id = c.after_id where p.workspace_id = $1)
     select id from chain where depth > 0 order by depth`,
    [workspace, id],
  );
  return rows.map((row) => row.id);
}

/** Pipelines that start when it has succeeded, whatever their state. */
export async function followersOf(db: Db, workspace: number, id: string): Promise<readonly string[]> {
  const rows = await db.query<{ id: string }>(
    'select id from headgate.pipelines where workspace_id = $1 and after_id = $2 order by id',
    [workspace, id],
  );
  return rows.map((row) => row.id);
}

/** Holds it until the end of the transaction. False where a run of it is at work. */
export async function lockPipeline(db: Db, workspace: number, id: string): Promise<boolean> {
  // In the order in which the end of a run takes them.
  await db.query('select from headgate.runs where workspace_id = $1 and pipeline_id = $2 for update', [workspace, id]);
  await db.query('select from headgate.pipelines where workspace_id = $1 and id = $2 for update', [workspace, id]);
  return !(await isAtWork(db, workspace, id));
}

/** With its runs and all that belongs to them. */
export async function deletePipeline(db: Db, workspace: number, id: string): Promise<void> {
  await db.query('delete from headgate.runs where workspace_id = $1 and pipeline_id = $2', [workspace, id]);
  await db.query('delete from headgate.pipelines where workspace_id = $1 and id = $2', [workspace, id]);
}

/** Its two connections. */
export async function pairOf(
  db: Db,
  workspace: number,
  id: string,
): Promise<Pick<PipelineRow, 'source_id' | 'destination_id'> | undefined> {
  const [row] = await db.query<Pick<PipelineRow, 'source_id' | 'destination_id'>>(
    'select source_id, destination_id from headgate.pipelines where workspace_id = $1 and id = $2',
    [workspace, id],
  );
  return row;
}

/** What its runs do by themselves, and when the next one is. Undefined leaves the due time alone. */
export async function arrangePipeline(
  db: Db,
  workspace: number,
  id: string,
  { task, alone, due }: { readonly task: RunTask | null; readonly alone: boolean; readonly due: Date | undefined },
): Promise<void> {
  await db.query(
    `update headgate.pipelines set task = $3, alone = $4, next_due_at = coalesce($5, next_due_at), version = version + 1, updated_at = now()
     where workspace_id = $1 and id = $2`,
    [workspace, id, task === null ? null : JSON.stringify(task), alone, due],
  );
}

/** What is read next comes from another place. */
export async function setSource(db: Db, workspace: number, id: string, source: string): Promise<void> {
  await db.query(
    'update headgate.pipelines set source_id = $3, version = version + 1, updated_at = now() where workspace_id = $1 and id = $2',
    [workspace, id, source],
  );
}

/** Its runs go on where the ledger of the other destination says. */
export async function setEnds(
  db: Db,
  workspace: number,
  id: string,
  { source, destination }: { readonly source: string; readonly destination: string },
): Promise<void> {
  await db.query(
    `update headgate.pipelines set source_id = $3, destination_id = $4, version = version + 1, updated_at = now()
     where workspace_id = $1 and id = $2 and (source_id, destination_id) is distinct from ($3, $4)`,
    [workspace, id, source, destination],
  );
}
