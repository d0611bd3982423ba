/** A pass of the scheduler over very many pipelines. */
import { migrateQueue } from '../../src/jobs/queue.ts';
import { pass } from '../../src/jobs/scheduler.ts';
import { openDb, type Db } from '../../src/store/db.ts';
import { migrate, readMigrations } from '../../src/store/migrate.ts';
import { migrationsFolder } from '../../test/support/state.ts';
import { startServer } from '../server.ts';
import { report } from './figures.ts';

/** `count` pipelines with daily schedules, half of them on a calendar, of which every hundredth is due at noon. */
async function fill(db: Db, count: number): Promise<void> {
  await db.query(`insert into headgate.connections (id, workspace_id, slug, name, connector, settings)
    values ('con_bench', 1, 'bench', 'bench', 'file', '{}')`);
  await db.query(
    `insert into headgate.pipelines (id, workspace_id, slug, name, state, source_id, destination_id, flows, schedule)
     select 'pl_' || i, 1, 'p-' || i, 'p', 'active', 'con_bench', 'con_bench', '[]', case when i % 2 = 0
       then '{"kind":"interval","every":1,"unit":"days","start":"2026-01-01T12:00:00Z","delay":"0s","catch_up":"0s"}'::jsonb
       else '{"kind":"calendar","zone":"Europe/Berlin","hours":[13],"minutes":[0],"catch_up":"0s"}'::jsonb end
     from generate_series(1, $1) i`,
    [count],
  );
  await db.query(
    `update headgate.pipelines set next_due_at = case when substr(id, 4)::int % 100 = substr(id, 4)::int / 100 % 2
       then timestamptz '2026-01-02 12:00Z' else timestamptz '2026-01-02 12:01Z' + random() * interval '23 hours' end`,
  );
  await db.query('vacuum analyze headgate.pipelines');
}

export async function benchPass(): Promise<void> {
  await using server = await startServer();
  await using db = openDb(await server.database('state'));
  await migrate(db, await readMigrations(migrationsFolder));
  await migrateQueue(db.pool);
  await fill(db, 100_000);
  const [times, cpu]: [number[], number[]] = [[], []];
  for (let time = 0; time < 12; time++) {
    const [started, own, servers] = [performance.now(), process.cpuUsage(), await server.cpuSeconds()];
    const made = await pass(db, new Date('2026-01-02T12:00:00Z'));
    times.push(performance.now() - started);
    const { user, system } = process.cpuUsage(own);
    cpu.push((user + system) / 1000 + ((await server.cpuSeconds()) - servers) * 1000);
    if (made !== 1000) throw new Error(`a pass made ${made} runs`);
    await db.query(
      `update headgate.pipelines p set next_due_at = r.due_at, last_due_at = null from headgate.runs r where r.pipeline_id = p.id`,
    );
    await db.query('truncate headgate.runs cascade');
    await db.query('select graphile_worker.complete_jobs(array(select id from graphile_worker.jobs))');
  }
  report('a pass over 100,000 pipelines of which 1,000 are due', times.slice(2), '250 ms');
  report('its CPU, the database included', cpu.slice(2), '(none)');
}
