/** How much a workspace may have and do, and how much it has and does. */
import type { ObjectKind } from '../domain/access.ts';
import type { RangeLimits } from '../domain/range.ts';
import { HeadgateError } from '../domain/error.ts';
import type { Db } from './db.ts';
import { grouped } from '../domain/count.ts';

/** Null = as much as the server can bear. Days and months are those of UTC. */
export interface Limits {
  readonly connections: number | null;
  readonly pipelines: number | null;
  readonly runs_a_day: number | null;
  readonly rows_a_month: number | null;
  readonly storage_bytes: number | null;
  readonly requests_a_minute: number | null;
  /** Of pipelines whose runs each read a range. */
  readonly ranges: RangeLimits | null;
}

export const limitNames = [
  'connections',
  'pipelines',
  'runs_a_day',
  'rows_a_month',
  'storage_bytes',
  'requests_a_minute',
] as const satisfies readonly (keyof Limits)[];

const columns = [...limitNames.map((name) => `${name}::float8 as ${name}`), 'ranges'].join(', ');

export const unlimited: Limits = {
  connections: null,
  pipelines: null,
  runs_a_day: null,
  rows_a_month: null,
  storage_bytes: null,
  requests_a_minute: null,
  ranges: null,
};

export async function readLimits(db: Db, workspace: number): Promise<Limits> {
  const [row] = await db.query<Limits>(`select ${columns} from headgate.limits where workspace_id = $1`, [workspace]);
  return row ?? unlimited;
}

/** All of them at once. */
export async function saveLimits(db: Db, workspace: number, limits: Limits): Promise<void> {
  await db.query(
    `insert into headgate.limits (workspace_id, ${limitNames.join(', ')}, ranges) values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (workspace_id) do update set (${limitNames.join(', ')}, ranges) = row($2, $3, $4, $5, $6, $7, $8)`,
    [workspace, ...limitNames.map((name) => limits[name]), limits.ranges && JSON.stringify(limits.ranges)],
  );
}

/** Of the kinds that have a limit. */
const counts: Readonly<Partial<Record<ObjectKind, { readonly limit: 'connections' | 'pipelines'; readonly sql: string }>>> = {
  connection: { limit: 'connections', sql: 'select count(*)::float8 as count from headgate.connections where workspace_id = $1' },
  pipeline: {
    limit: 'pipelines',
    sql: `select count(*)::float8 as count from headgate.pipelines where workspace_id = $1 and state <> 'archived'`,
  },
};

export async function countObjects(db: Db, workspace: number, kind: ObjectKind): Promise<number> {
  const counted = counts[kind];
  const [row] = counted ? await db.query<{ count: number }>(counted.sql, [workspace]) : [];
  return row?.count ?? 0;
}

/** Throws `limit.reached` where there is no room for one more. Of those that ask at once one waits for the other. */
export async function requireObjects(tx: Db, workspace: number, kind: ObjectKind): Promise<void> {
  const limit = counts[kind]?.limit;
  if (limit === undefined) return;
  const [row] = await tx.query<{ most: number | null }>(
    `select ${limit}::float8 as most from headgate.limits where workspace_id = $1 and ${limit} is not null for update`,
    [workspace],
  );
  if (row?.most === undefined || row.most === null || (await countObjects(tx, workspace, kind)) < row.most) return;
  throw new HeadgateError('limit.reached', `this workspace may have ${grouped(row.most)} ${limit}`);
}

/**
 * A condition: has the workspace of the run used up its runs of the day (a run that was begun goes on) or its rows of the month?
 * `run` is the name of a row of runs, `now` a parameter.
 */
export function usedUp(run: string, now: string): string {
  const today = `(${now}::timestamptz at time zone 'UTC')::date`;
  const used = (what: string, from: string): string =>
    `(select coalesce(sum(u.${what}), 0) from headgate.usage u
      where u.workspace_id = l.workspace_id and u.day between ${from} and ${today})`;
  return `exists (select from headgate.limits l where l.workspace_id = ${run}.workspace_id and (
    ${run}.attempt = 0 and l.runs_a_day <= ${used('runs', today)}
    or l.rows_a_month <= ${used('rows', `date_trunc('month', ${today})::date`)}))`;
}

/** Throws `limit.period` where a run that is made now would have to wait. */
export async function requirePeriod(db: Db, workspace: number, now: Date): Promise<void> {
  const { runs_a_day, rows_a_month } = await readLimits(db, workspace);
  if (runs_a_day === null && rows_a_month === null) return;
  const { runs_today, rows_this_month } = await readUsage(db, workspace, now);
  const over = (most: number | null, what: string): void => {
    if (most !== null) throw new HeadgateError('limit.period', `this workspace may have ${grouped(most)} ${what}`);
  };
  if (runs_today >= (runs_a_day ?? Infinity)) over(runs_a_day, 'runs a day');
  if (rows_this_month >= (rows_a_month ?? Infinity)) over(rows_a_month, 'rows a month');
}

export interface Usage {
  readonly runs_today: number;
  readonly rows_this_month: number;
  readonly requests_today: number;
}

export async function readUsage(db: Db, workspace: number, now: Date): Promise<Usage> {
  const [row] = await db.query<Usage>(
    `select coalesce(sum(runs) filter (where day = $2::date), 0)::float8 as runs_today,
       coalesce(sum(rows), 0)::float8 as rows_this_month,
       coalesce(sum(requests) filter (where day = $2::date), 0)::float8 as requests_today
     from headgate.usage where workspace_id = $1 and day between date_trunc('month', $2::date)::date and $2::date`,
    [workspace, dayOf(now)],
  );
  return row ?? { runs_today: 0, rows_this_month: 0, requests_today: 0 };
}

/** `2026-11-21`: days are those of UTC, whatever the session's zone is. */
export const dayOf = (now: Date): string => now.toISOString().slice(0, 10);

export async function addUsage(
  db: Db,
  workspace: number,
  now: Date,
  { runs = 0, rows = 0, requests = 0 }: { readonly runs?: number; readonly rows?: number; readonly requests?: number },
): Promise<void> {
  await db.query(
    `insert into headgate.usage as u (workspace_id, day, runs, rows, requests) values ($1, $2, $3, $4, $5)
     on conflict (workspace_id, day) do update set runs = u.runs + $3, rows = u.rows + $4, requests = u.requests + $5`,
    [workspace, dayOf(now), runs, rows, requests],
  );
}
