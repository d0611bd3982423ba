/** The queue only wakes: a job says which run there is, the run's own row says whether and by whom it is done. */
import { runMigrations } from 'graphile-worker';
import type { Pool } from 'pg';
import type { Db } from '../store/db.ts';
import { freePartition, openSpread } from '../store/spreads.ts';

export const runTask = 'run';
export const partitionTask = 'partition';

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

/**
 * In the caller's transaction: as many jobs as there are places for partitions that nobody stages. Each takes the first that is free
 * then. Absent run = all of them. The run is their flag: its owner stages partitions without them.
 */
export async function wakePartitions(db: Db, run?: string): Promise<void> {
  await db.query(
    `select from graphile_worker.add_jobs((
       select array_agg((row($1, json_build_object('run', s.run_id), null, now(), 1, s.run_id || '.' || f.number, -l.priority,
                             array[s.run_id])::graphile_worker.job_spec) order by s.id, f.number)
       from headgate.spreads s join headgate.runs r on ${openSpread} join headgate.pipelines l on l.id = r.pipeline_id,
       lateral (select p.number from headgate.partitions p where p.spread_id = s.id and ${freePartition} order by p.number
                limit greatest(0, s.readers - (select count(*) from headgate.partitions w
                                               where w.spread_id = s.id and w.state = 'open' and w.lease_until > now()))) f
       where $2::text is null or s.run_id = $2))`,
    [partitionTask, run ?? null],
  );
}
