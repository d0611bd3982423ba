/** The queue only wakes: a job says which run there is, the run's own row says whether and by whom it is done. */
import { runMigrations } from 'graphile-worker';
import type { Pool } from 'pg';
import type { Db } from '../store/db.ts';

export const runTask = 'run';

export async function migrateQueue(pool: Pool): Promise<void> {
  await runMigrations({ pgPool: pool });
}

/** In the caller's transaction. A run that is woken twice has one job; those of urgent pipelines are taken first. */
export async function wake(db: Db, ...runs: readonly string[]): Promise<void> {
  if (runs.length === 0) return;
  await db.query(
    `select from graphile_worker.add_jobs((
       select array_agg((row($1, json_build_object('run', r.id), null, now(), 1, r.id, -p.priority, null)::graphile_worker.job_spec)
                        order by r.id)
       from headgate.runs r join headgate.pipelines p on p.id = r.pipeline_id where r.id = any($2)))`,
    [runTask, runs],
  );
}
