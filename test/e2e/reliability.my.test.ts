/** What MariaDB stores and other systems do not: it arrives, or is refused and counted. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startMariadb } from '../support/mariadb.ts';
import { failureOf, receiptOf } from '../support/receipts.ts';
import { openSite } from '../support/site.ts';

const site = await openSite();
const mariadb = await startMariadb();
after(async () => {
  await mariadb.stop();
  await site[Symbol.asyncDispose]();
});
const destinations = async (name: string): Promise<readonly string[]> => [
  await site.server.database(),
  `duckdb:${site.path(`${name}.duckdb`)}`,
];

test('dates that are none stop the run, never become NULL or another day; as text they arrive', async () => {
  const source = await mariadb.database();
  await mariadb.sql(
    source,
    `set sql_mode = ''; create table t (id int primary key, day date); insert into t values (1, '0000-00-00'), (2, '2024-00-15'), (3, '2024-02-29')`,
  );
  for (const to of await destinations('day')) {
    const flow = ['sync', source, to, '--stream', 't', '--mode', 'merge'];
    for (const id of [1, 2])
      assert.equal(failureOf(await site.run([...flow, '--where', `id in (${id}, 3)`])).code, 'value.invalid');
    assert.equal(receiptOf(await site.run([...flow, '--where', 'id = 3'])).written, 1);
    assert.deepEqual(await site.rows(to, 'select id, day from t'), [['3', '2024-02-29']]);
    receiptOf(await site.run(['sync', source, to, '--stream', 't', '--existing', 'recreate', '--cast', 'day=text']));
    assert.deepEqual(await site.rows(to, 'select id, day from t order by id'), [
      ['1', '0000-00-00'],
      ['2', '2024-00-15'],
      ['3', '2024-02-29'],
    ]);
  }
});

test('a zero byte in a text is kept by what can hold it, and stops what cannot: never lost', async () => {
  const source = await mariadb.database();
  await mariadb.sql(
    source,
    String.raw`create table t (id int primary key, v text); insert into t values (1, 'a\0b'), (2, 'fine')`,
  );
  const [to = '', warehouse = ''] = await destinations('zero');
  assert.equal(failureOf(await site.run(['sync', source, to, '--stream', 't'])).code, 'value.invalid');
  assert.deepEqual(await site.rows(to, "select to_regclass('t')"), [[null]]);
  receiptOf(await site.run(['sync', source, warehouse, '--stream', 't']));
  assert.deepEqual(await site.rows(warehouse, 'select hex(v) from t order by id'), [['610062'], ['66696E65']]);
});

test('large and unsigned numbers arrive digit by digit, small ones as they are', async () => {
  const source = await mariadb.database();
  await mariadb.sql(
    source,
    `create table t (id int primary key, s bigint, u bigint unsigned, tiny tinyint(1), y year, f float);
     insert into t values (1, 9007199254740993, 18446744073709551615, 2, 0, 16777216), (2, -9223372036854775808, 0, -1, 2024, 0.1)`,
  );
  for (const to of await destinations('numbers')) {
    receiptOf(await site.run(['sync', source, to, '--stream', 't']));
    assert.deepEqual(await site.rows(to, 'select id, s, u, tiny, y from t order by id'), [
      ['1', '9007199254740993', '18446744073709551615', '2', '0'],
      ['2', '-9223372036854775808', '0', '-1', '2024'],
    ]);
    assert.deepEqual(await site.rows(to, 'select f = 16777216 from t where id = 1'), [
      [to.startsWith('postgres') ? 't' : 'true'],
    ]);
  }
});

test('two values of one key: the newest version counts', async () => {
  const source = await mariadb.database();
  await mariadb.sql(source, 'create table t (id int, seq int, v int); insert into t values (1, 2, 2), (1, 1, 1)');
  for (const to of [...(await destinations('versions')), await mariadb.database()]) {
    const flow = ['sync', source, to, '--stream', 't', '--mode', 'merge', '--key', 'id'];
    assert.equal(failureOf(await site.run(flow)).code, 'key.duplicate');
    receiptOf(await site.run([...flow, '--version', 'seq']));
    const rows = to.startsWith('mysql') ? await mariadb.sql(to, 'select v from t') : await site.rows(to, 'select v from t');
    assert.deepEqual(rows, [['2']]);
  }
});
