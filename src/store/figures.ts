import type { Db } from './db.ts';

/** One series each: more than this, the stalest. */
const mostTables = 1000;

/** What the processes of one state share, for metrics: over all workspaces. */
export async function sharedFigures(
  db: Db,
  now: Date,
): Promise<{
  readonly runs: ReadonlyMap<string, number>;
  readonly oldestQueued: number;
  readonly overdue: number;
  readonly tables: readonly {
    readonly workspace: string;
    readonly pipeline: string;
    readonly table: string;
    readonly age: number;
  }[];
  readonly kept: readonly { readonly place: string; readonly kind: string; readonly bytes: number }[];
}> {
  const rows = await db.query<{ state: string; count: number; oldest: number | null }>(
    `select state, count(*)::int as count, extract(epoch from now() - min(queued_at))::float8 as oldest from headgate.runs
     where state in ('queued', 'running', 'retrying', 'needs_review') group by state`,
  );
  const [due] = await db.query<{ late: number | null }>(
    `select extract(epoch from $1::timestamptz - min(next_due_at))::float8 as late from headgate.pipelines
     where state = 'active' and next_due_at <= $1`,
    [now],
  );
  const tables = await db.query<{ workspace: string; pipeline: string; table: string; age: number }>(
    `select f.workspace_id as workspace, p.slug as pipeline, f.table_name as table, extract(epoch from now() - min(f.fresh_at))::float8 as age
     from headgate.table_freshness f join headgate.pipelines p on p.id = f.pipeline_id where p.state = 'active'
     group by 1, 2, 3 order by age desc limit $1`,
    [mostTables],
  );
  const kept = await db.query<{ place: string; kind: string; bytes: number }>(
    'select place, kind, bytes::float8 as bytes from headgate.kept',
  );
  return {
    tables,
    kept,
    runs: new Map(rows.map(({ state, count }) => [state, count])),
    oldestQueued: rows.find(({ state }) => state === 'queued')?.oldest ?? 0,
    overdue: due?.late ?? 0,
  };
}
