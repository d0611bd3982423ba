/** Ctrl-C in the middle of a run: it ends at once with 130, shows nothing of itself, and the same command continues it. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { startPostgres } from '../support/postgres.ts';
import { headgate, launch } from '../support/run.ts';

const server = await startPostgres();
const folder = await mkdtemp(join(tmpdir(), 'headgate-interrupt-'));
after(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

/** A stream of 4,000 rows that takes forever while `pace` says so. */
async function slowSource(): Promise<string> {
  const url = await server.database();
  await server.sql(
    url,
    `create table pace (slow boolean not null);
     insert into pace values (false);
     create table rows (id bigint primary key, payload text not null, changed timestamptz not null);
     insert into rows select i, repeat(md5(i::text), 20), now() from generate_series(1, 4000) i;
     create view trickle as select r.*, case when (select slow from pace) then pg_sleep(0.05)::text end as waited from rows r`,
  );
  return url;
}

const modes = {
  replace: ['--mode', 'replace'],
  merge: ['--mode', 'merge', '--key', 'id'],
  'incremental append': ['--mode', 'incremental', '--write', 'append', '--cursor', 'changed', '--key', 'id'],
};

for (const [mode, options] of Object.entries(modes)) {
  for (const destination of ['postgres', 'duckdb'] as const) {
    test(`${mode} into ${destination}`, async () => {
      const source = await slowSource();
      const stateDir = await mkdtemp(join(folder, 'state-'));
      const target = destination === 'postgres' ? await server.database() : `duckdb:${join(stateDir, 'warehouse.duckdb')}`;
      const args = ['sync', source, target, '--stream', 'trickle', ...options, '--json'];
      const count = async (): Promise<string> => {
        const { stdout } = await headgate(['query', '--in', target, 'select count(*) as n from trickle', '--json'], { stateDir });
        return stdout;
      };
      assert.equal((await headgate(args, { stateDir })).code, 0);
      const before = await count();

      const again = 'update rows set payload = payload, changed = now(); update pace set slow = true';
      await server.sql(source, again);
      const { child, done } = launch(args, { stateDir });
      await reading(source);
      child.kill('SIGINT');
      const stopped = await done;
      assert.equal(stopped.code, 130, stopped.stdout + stopped.stderr);
      const cut = stopped.json.find(({ type }) => type === 'receipt');
      assert.equal(cut?.['state'], 'cancelled');
      assert.equal(await count(), before);
      assert.deepEqual(await busy(source), []);
      assert.deepEqual(await readdir(join(stateDir, 'scratch')), []);

      await server.sql(source, 'update pace set slow = false');
      const finished = await headgate(args, { stateDir });
      assert.equal(finished.code, 0, finished.stdout + finished.stderr);
      const receipt = finished.json.find(({ type }) => type === 'receipt');
      assert.equal(receipt?.['run'], cut['run']);
      assert.equal(receipt?.['attempt'], 2);
      assert.equal(receipt?.['read'], 4000);
      for (const name of ['runs', 'scratch']) assert.deepEqual(await readdir(join(stateDir, name)), []);
    });
  }
}

/** Resolves when the source is being read. */
async function reading(url: string): Promise<void> {
  while ((await busy(url)).length === 0) await wait(20);
}

/** Sessions that run a statement of ours on the slow stream now. */
function busy(url: string): Promise<(string | null)[][]> {
  return server.sql(
    url,
    `select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and wait_event = 'PgSleep'`,
  );
}
