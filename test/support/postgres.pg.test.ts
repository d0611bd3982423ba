import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startPostgres } from './postgres.ts';

test('a private server: UTF-8, logical WAL, a database per call, values as text', async () => {
  await using server = await startPostgres();
  const url = await server.database();
  assert.notEqual(url, await server.database());
  const facts = `select current_setting('wal_level'), current_setting('server_encoding'), null, 12345678901234567890.10`;
  assert.deepEqual(await server.sql(url, `create table t (a int); ${facts}`), [
    ['logical', 'UTF8', null, '12345678901234567890.10'],
  ]);
});

test('a wrong password is refused', async () => {
  await using server = await startPostgres();
  const wrong = new URL(server.url());
  wrong.password = 'wrong';
  await assert.rejects(server.sql(wrong.href, 'select 1'), { code: '28P01' });
});

test('kill leaves what was committed, and start continues on it', async () => {
  await using server = await startPostgres();
  const url = await server.database();
  await server.sql(url, 'create table t as select generate_series(1, 1000) as a');
  const open = assert.rejects(server.sql(url, 'insert into t values (1001); select pg_sleep(60)'));
  while ((await server.sql(url, `select 1 from pg_stat_activity where query like 'insert%'`)).length === 0) await wait(10);
  await server.kill();
  await open;
  await server.start();
  assert.deepEqual(await server.sql(url, 'select count(*) from t'), [['1000']]);
});

test('a test process that is killed leaves no server and no folder behind', async () => {
  const module = join(import.meta.dirname, 'postgres.ts');
  const script = `
    const { startPostgres } = await import(${JSON.stringify(module)});
    const server = await startPostgres();
    const [[data]] = await server.sql(server.url(), 'show data_directory');
    console.log(data);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [output] = (await once(child.stdout, 'data')) as [Buffer]; // a pipe without encoding gives buffers
  const data = output.toString().trim();
  assert.ok(existsSync(data));
  child.kill('SIGKILL');
  while (existsSync(dirname(data))) await wait(20);
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'args=']);
  assert.ok(!stdout.includes(data));
});
