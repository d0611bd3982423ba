/** The warehouse of a workspace through the API: what may be asked, and what no statement can reach. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startPostgres } from '../../test/support/postgres.ts';
import { openState } from '../../test/support/state.ts';
import { Warehouses } from '../warehouse/supervisor.ts';
import { createApi } from './server.ts';

const server = await startPostgres();
const state = await openState(server);
const warehouses = new Warehouses();
const { dataDir } = state.ports;
const api = createApi({ ...state.ports, openDuck: warehouses.open.bind(warehouses) }, '0.0.0');
after(async () => {
  await warehouses[Symbol.asyncDispose]();
  await state[Symbol.asyncDispose]();
  await server.stop();
});

const token = await state.token(['warehouse:read'], 1);

async function ask(
  sql: string,
  more: object = {},
): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }> {
  const reply = await api.request('/v1/workspaces/1/warehouse/query', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ sql, ...more }),
  });
  return { status: reply.status, body: (await reply.json()) as Readonly<Record<string, unknown>> };
}

const file = join(dataDir, 'files', '1', 'warehouse.db');
await ask('select 1');
{
  await using duck = await warehouses.open({ path: file }, { scratch: dataDir, signal: new AbortController().signal });
  await duck.run(
    "create table orders as select i::bigint as id, 'n' || i as note, 12345678901234567890.12::decimal(30,2) as total from range(3000) r(i)",
  );
  await duck.run('create schema raw; create view raw.few as select * from orders limit 3; create table secrets (a int)');
}
const canary = join(dataDir, 'canary.csv');
await writeFile(canary, 'a\nZaphod\n');

test('rows come as text, cut at the limit, and say so', async () => {
  const { status, body } = await ask('select id, total, null as nothing from orders order by id', { limit: 2 });
  assert.equal(status, 200);
  assert.deepEqual(body['rows'], [
    ['0', '12345678901234567890.12', null],
    ['1', '12345678901234567890.12', null],
  ]);
  assert.equal(body['truncated'], true);
  assert.deepEqual((await ask('with c as (select * from raw.few) select count(*) from c, range(2)')).body['rows'], [['6']]);
  assert.deepEqual((await ask("select count(*) from information_schema.columns where table_name = 'orders'")).body['rows'], [
    ['3'],
  ]);
});

test('tables are listed with their columns', async () => {
  const reply = await api.request('/v1/workspaces/1/warehouse/tables', { headers: { authorization: `Bearer ${token}` } });
  const { data } = (await reply.json()) as {
    data: readonly { readonly schema: string; readonly name: string; readonly columns: readonly object[] }[];
  };
  assert.deepEqual(
    data.map(({ schema, name, columns }) => [schema, name, columns.length]),
    [
      ['main', 'orders', 3],
      ['main', 'secrets', 1],
      ['raw', 'few', 3],
    ],
  );
});

const hostile = [
  `select * from read_csv('${canary}')`,
  `select * from '${canary}'`,
  `select * from "${canary}"`,
  `select (select count(*) from '${canary}')`,
  `with a as (select * from read_text('${canary}')) select * from a`,
  `with "${canary}" as (select 1) select * from main."${canary}"`,
  `select * from orders where note in (select content from read_text('${canary}'))`,
  `copy orders to '${canary}'`,
  `attach '${canary}' as x`,
  'create table x as select 1',
  'drop table orders',
  'select 1; drop table orders',
  'select * from query($$select 1$$)',
  "select * from query_table('orders')",
  "select getenv('PATH')",
  "select current_setting('temp_directory')",
  'select * from duckdb_settings()',
  'select * from duckdb_secrets()',
  'select * from pragma_database_list',
  'pragma database_list',
  'select * from glob($$/*$$)',
  "call enable_logging(storage='file')",
  'set memory_limit = $$1TB$$',
  'install httpfs',
  'select * from _headgate.ledger',
  'select * from system.information_schema.tables',
  'explain analyze select 1',
  '',
  'select',
];

for (const sql of hostile) {
  test(`refused, and nothing happens: ${sql.replaceAll(canary, 'FILE')}`, async () => {
    const { status, body } = await ask(sql);
    assert.ok(status === 422 || status === 400, `${status} ${JSON.stringify(body)}`);
    assert.doesNotMatch(JSON.stringify(body), /Zaphod/);
    assert.deepEqual((await ask('select count(*) from orders')).body['rows'], [['3000']]);
  });
}

test('a statement that takes too long is stopped', async () => {
  const { status, body } = await ask(
    'select count(*) from range(1000000) a, range(1000000) b where (a.range * b.range) % 7 = 3',
    {
      timeout_seconds: 1,
    },
  );
  assert.deepEqual([status, body['code']], [422, 'run.cancelled']);
});
