/** The queue only wakes: a job says which run there is, the run's own row says whether and by whom it is done. */
import { runMigrations } from 'graphile-worker';
import type { Pool } from 'pg';
import type { Db } from '../store/db.ts';

export const runTask = 'run';

export async function migrateQueue(pool: Pool): Promise<void> {
  await runMigrations({ pgPool: pool });
}

/** In the caller's transaction. A run that is woken twice has one job. */
export async function wake(db: Db, run: string, delaySeconds = 0): Promise<void> {
  await db.query(
    `select from graphile_worker.add_job($1, json_build_object('run', $2::text), job_key => $2, max_attempts => 1,
       run_at => now() + make_interval(secs => $3))`,
    [runTask, run, delaySeconds],
  );
}
