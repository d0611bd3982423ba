/** What falls due: ticks of pipelines, attempts that wait, decisions that nobody made. */
import type { Json } from '../domain/json.ts';
import type { Db } from './db.ts';
import { usedUp } from './limits.ts';

export interface DuePipeline {
  readonly id: string;
  readonly workspace_id: string;
  readonly schedule: Json;
  readonly next_due_at: Date;
}

/** With what decides whether its tick becomes a run. */
export interface TakenPipeline extends DuePipeline {
  /** Ticks of what is at fault are dropped. */
  readonly faulty: boolean;
  /** Runs alone, and a run has not ended. */
  readonly busy: boolean;
  /** `RangePolicy` (domain/range.ts), where its runs read a range each, and how far they have come. */
  readonly range: Json;
  readonly done_to: Date | null;
}

/**
 * Pipelines whose tick is due, the oldest first, held until the end of the transaction; what another one holds is left to it. While
 * a run of the pipeline waits to start, its tick stays due; where runs follow on each other's ranges, also while one is at work.
 */
export async function takeDue(tx: Db, now: Date, limit: number): Promise<readonly TakenPipeline[]> {
  return await tx.query<TakenPipeline>(
    `select p.id, p.workspace_id, p.schedule, p.next_due_at, f.object_id is not null as faulty, g.policy as range, g.done_to,
       p.alone and exists (select from headgate.runs r where r.pipeline_id = p.id
         and r.state in ('queued', 'running', 'retrying', 'needs_review')) as busy
     from headgate.pipelines p left join headgate.ranges g on g.pipeline_id = p.id
       left join headgate.faults f on f.workspace_id = p.workspace_id and f.object_id = p.id
     where p.state = 'active' and p.next_due_at <= $1
       and (p.alone or not exists (select from headgate.runs r where r.pipeline_id = p.id
         and (r.state = 'queued' or g.pipeline_id is not null and r.state in ('running', 'retrying'))))
     order by p.next_due_at limit $2 for no key update of p skip locked`,
    [now, limit],
  );
}

/** Ticks that pass without a run, in the transaction that took them. `next` undefined = nothing any more. */
export async function skipTicks(
  tx: Db,
  ticks: readonly { readonly pipeline: string; readonly due: Date; readonly next: Date | undefined }[],
): Promise<void> {
  if (ticks.length === 0) return;
  await tx.query(
    `update headgate.pipelines p set next_due_at = t.next, last_due_at = t.due
     from unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) as t (pipeline, due, next) where p.id = t.pipeline`,
    [ticks.map(({ pipeline }) => pipeline), ticks.map(({ due }) => due), ticks.map(({ next }) => next)],
  );
}

/** One tick as a run, and what follows it. */
export interface Dispatch {
  readonly run: string;
  readonly pipeline: string;
  readonly due: Date;
  readonly from: Date | undefined;
  readonly to: Date | undefined;
  /** Undefined = nothing any more. */
  readonly next: Date | undefined;
}

/** In the transaction that took them. Resolves to the runs; a pipeline that has got a waiting run meanwhile stays due. */
export async function dispatch(tx: Db, ticks: readonly Dispatch[]): Promise<readonly string[]> {
  if (ticks.length === 0) return [];
  const column = <T>(of: (tick: Dispatch) => T): readonly T[] => ticks.map(of);
  const rows = await tx.query<{ id: string }>(
    `with tick as (
       select * from unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[])
         as t (run, pipeline, due, span_from, span_to, next)),
     made as (
       insert into headgate.runs (id, workspace_id, pipeline_id, state, cause, due_at, span_from, span_to, task)
       select t.run, p.workspace_id, p.id, 'queued', 'schedule', t.due, t.span_from, t.span_to, p.task
       from tick t join headgate.pipelines p on p.id = t.pipeline
       where not exists (select from headgate.runs r where r.pipeline_id = p.id and r.state = 'queued')
       returning id)
     update headgate.pipelines p set next_due_at = t.next, last_due_at = t.due
     from tick t join made on made.id = t.run where p.id = t.pipeline returning made.id`,
    [
      column(({ run }) => run),
      column(({ pipeline }) => pipeline),
      column(({ due }) => due),
      column(({ from }) => from),
      column(({ to }) => to),
      column(({ next }) => next),
    ],
  );
  return rows.map(({ id }) => id);
}

/** Runs and attempts whose wait is over. */
export async function dueRetries(db: Db, now: Date): Promise<readonly string[]> {
  const rows = await db.query<{ id: string }>(
    `select id from headgate.runs where state in ('queued', 'retrying') and retry_at <= $1 order by retry_at limit 1000`,
    [now],
  );
  return rows.map(({ id }) => id);
}

/** When something falls due next, behind `now`. */
export const nextEvent = async (db: Db, now: Date): Promise<Date | undefined> =>
  await firstOf(db, now, (column) => `${column} > $1`, 'next_event');

/** When the first thing that nobody has looked after falls due: before `now` where something is due. */
export const firstEvent = async (db: Db, now: Date): Promise<Date | undefined> =>
  await firstOf(db, now, (column) => `${column} is not null`, 'first_event');

async function firstOf(db: Db, now: Date, counts: (column: string) => string, name: string): Promise<Date | undefined> {
  const [row] = await db.query<{ at: Date | null }>(
    `select least(
       (select min(next_due_at) from headgate.pipelines where state = 'active' and ${counts('next_due_at')}),
       (select min(retry_at) from headgate.runs where state in ('queued', 'retrying') and ${counts('retry_at')}),
       (select min(review_until) from headgate.runs where state = 'needs_review' and ${counts('review_until')}),
       (select min(expires_at) from headgate.files where state = 'ready' and ${counts('expires_at')}),
       (select min(pending_until) from headgate.files where state = 'pending' and ${counts('pending_until')}),
       (select min(date_trunc('day', $1::timestamptz, 'UTC') + interval '1 day') from headgate.runs r
        where r.state = 'queued' and ${usedUp('r', '$1')})) as at`,
    [now],
    name,
  );
  return row?.at ?? undefined;
}

/** Is nothing at work, and nothing waiting that could work at `now`? */
export async function isQuiet(db: Db, now: Date): Promise<boolean> {
  const rows = await db.query(
    `select from headgate.runs r where state in ('queued', 'running', 'retrying') and (retry_at is null or retry_at <= $1)
       and (state = 'running' or not ${usedUp('r', '$1')}) limit 1`,
    [now],
  );
  return rows.length === 0;
}

/** Pipelines that should have a due time and have none. */
export async function unplanned(db: Db): Promise<readonly (Omit<DuePipeline, 'next_due_at'> & { last_due_at: Date | null })[]> {
  return await db.query(
    `select id, workspace_id, schedule, last_due_at from headgate.pipelines
     where state = 'active' and next_due_at is null and schedule ->> 'kind' in ('interval', 'calendar', 'every')`,
  );
}

export async function setDue(db: Db, pipeline: string, due: Date): Promise<void> {
  await db.query('update headgate.pipelines set next_due_at = $2 where id = $1 and next_due_at is null', [pipeline, due]);
}
