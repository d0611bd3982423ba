import type { Db } from './db.ts';

/** What the processes of one state share, for metrics: over all workspaces. */
export async function sharedFigures(
  db: Db,
  now: Date,
): Promise<{
  readonly runs: ReadonlyMap<string, number>;
  readonly oldestQueued: number;
  readonly overdue: number;
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
  return {
    runs: new Map(rows.map(({ state, count }) => [state, count])),
    oldestQueued: rows.find(({ state }) => state === 'queued')?.oldest ?? 0,
    overdue: due?.late ?? 0,
  };
}
