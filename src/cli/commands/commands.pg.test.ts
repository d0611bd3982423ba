import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startPostgres, type TestPostgres } from '../../../test/support/postgres.ts';
import { headgate, launch, type RunResult } from '../../../test/support/run.ts';

let server: TestPostgres;
let shop: string;
const stateDir = mkdtempSync(join(tmpdir(), 'headgate-cli-'));

before(async () => {
  server = await startPostgres();
  shop = await server.database('shop');
  await server.sql(
    shop,
    `create table orders (id bigint primary key, note text, at timestamptz not null default now());
     create index on orders (at);
     create schema crm; create table crm.notes (id int, note text);
     insert into orders select i, 'n' from generate_series(1, 20) i;
     insert into crm.notes values (1, null), (2, ''), (3, E'a\\n"b",c')`,
  );
});

after(async () => {
  await server.stop();
  rmSync(stateDir, { recursive: true, force: true });
});

const run = (...args: string[]): Promise<RunResult> => headgate(args, { env: { SHOP: shop }, stateDir });

test('discover lists streams, and the fields of one', async () => {
  const all = await run('discover', 'env:SHOP', '--json');
  assert.equal(all.code, 0);
  assert.deepEqual(
    all.json.map(({ type, stream, key }) => [type, stream, key ?? null]),
    [
      ['stream', 'crm.notes', null],
      ['stream', 'public.orders', ['id']],
    ],
  );
  const one = await run('discover', 'env:SHOP', '--stream', 'orders');
  assert.match(one.stdout, /^at +timestamptz +timestamp with time zone +no +cursor$/m);
  const none = await run('discover', 'env:SHOP', '--stream', 'ordres');
  assert.equal(none.code, 1);
  assert.match(none.stderr, /^error\[stream\.missing\]: .*\nhint: did you mean public\.orders\?\ndocs: /);
});

test('query shows NULL, empty text and control characters apart', async () => {
  const sql = 'select note from crm.notes order by id';
  const { json, code } = await run('query', sql, '--in', 'env:SHOP', '--json');
  assert.equal(code, 0);
  assert.deepEqual(json, [
    { type: 'columns', columns: [{ name: 'note', type: 'text' }] },
    ...[null, '', 'a\n"b",c'].map((value) => ({ type: 'row', values: [value] })),
  ]);
  const { stdout } = await run('query', sql, '--in', 'env:SHOP');
  assert.equal(stdout, 'note\nNULL\n\na\\n"b",c\n');
});

test('query never writes', async () => {
  for (const sql of [
    'delete from orders',
    'with d as (delete from orders returning id) select * from d',
    'select 1; delete from orders',
  ]) {
    assert.equal((await run('query', sql, '--in', 'env:SHOP')).code, 1, sql);
  }
  assert.deepEqual(await server.sql(shop, 'select count(*) from orders'), [['20']]);
});

test('bad usage names no secret and touches nothing', async () => {
  const secret = 'postgres://u:hunter2@127.0.0.1:1/d';
  for (const args of [
    ['synk', secret],
    ['sync', secret],
    ['discover', `x${secret}`],
    ['sync', secret, 'a', 'b'],
    ['discover', secret],
  ]) {
    const { code, stdout, stderr } = await run(...args);
    assert.notEqual(code, 0);
    assert.doesNotMatch(stdout + stderr, /hunter2/, args.join(' '));
  }
});

test('an interrupt stops the query at the server, exit code 130', async () => {
  const { child, done } = launch(['query', 'select pg_sleep(60)', '--in', 'env:SHOP'], { env: { SHOP: shop }, stateDir });
  const sessions = async (): Promise<number> =>
    Number(
      (
        await server.sql(
          shop,
          "select count(*) from pg_stat_activity where query like '%pg_sleep(60)%' and state = 'active' and pid <> pg_backend_pid()",
        )
      )[0]?.[0],
    );
  while ((await sessions()) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill('SIGINT');
  const { code, stderr } = await done;
  assert.equal(code, 130);
  assert.match(stderr, /^stopping: /);
  while ((await sessions()) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
});

test('doctor checks locations', async () => {
  const { code, json } = await run('doctor', 'env:SHOP', '--json');
  assert.equal(code, 0);
  assert.ok(
    json.some(
      ({ type, name, level, text }) =>
        type === 'check' && typeof name === 'string' && name.endsWith('/shop') && level === 'ok' && text === 'works as source',
    ),
  );
  assert.equal((await run('doctor', 'postgres://127.0.0.1:1/none')).code, 1);
});
