/** A table in MariaDB follows its stream, and keeps what it says about its columns. */
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

test('new fields arrive and narrow columns grow', async () => {
  const source = await site.server.database();
  const to = await mariadb.database();
  await site.server.sql(
    source,
    `create table t (id int primary key, n smallint, d numeric(4,2)); insert into t values (1, 2, 3.25)`,
  );
  const flow = [source, to, '--stream', 't', '--mode', 'merge', '--key', 'id'];
  receiptOf(await site.run(['sync', ...flow]));
  await site.server.sql(
    source,
    `alter table t add column note text, alter column n type bigint, alter column d type numeric(12,4);
     insert into t values (2, 9007199254740993, 12345678.1234, 'new')`,
  );
  const receipt = receiptOf(await site.run(['sync', ...flow]));
  assert.deepEqual(
    receipt.columns.map(({ column, from, to: native }) => [column, from?.replace(/\(\d+\)/, ''), native.replace(/\(\d+\)/, '')]),
    [
      ['note', undefined, 'longtext'],
      ['n', 'smallint', 'bigint'],
      ['d', 'decimal(4,2)', 'decimal(12,4)'],
    ],
  );
  assert.deepEqual(await mariadb.sql(to, 'select id, n, d, note from t order by id'), [
    ['1', '2', '3.2500', null],
    ['2', '9007199254740993', '12345678.1234', 'new'],
  ]);
  assert.equal((await site.run(['verify', ...flow])).code, 0);
});

test('names with characters that the server keeps in no name lose them, and stay what they became', async () => {
  const source = await site.server.database();
  const to = await mariadb.database();
  await site.server.sql(
    source,
    `create table "t 📦" ("Größe 😀" int, "Größe" int, "a " int, "a" int); insert into "t 📦" values (1, 2, 3, 4)`,
  );
  const flow = [source, to, '--stream', 't 📦', '--mode', 'append'];
  const [first, second] = [receiptOf(await site.run(['sync', ...flow])), receiptOf(await site.run(['sync', ...flow]))];
  assert.deepEqual([first.written, second.written, second.table], [1, 1, first.table]);
  const columns = await mariadb.sql(
    to,
    'select table_name, column_name from information_schema.columns where table_schema = database() order by ordinal_position',
  );
  const own = columns.filter(([table]) => !table?.startsWith('_headgate'));
  for (const [at, pattern] of [/^t _[0-9a-f]{6}\|Größe _[0-9a-f]{6}$/, /\|Größe$/, /\|a_[0-9a-f]{6}$/, /\|a$/].entries()) {
    assert.match(own[at]?.join('|') ?? '', pattern);
  }
  const table = own[0]?.[0] ?? '';
  assert.deepEqual(await mariadb.sql(to, `select * from \`${table}\``), [
    ['1', '2', '3', '4'],
    ['1', '2', '3', '4'],
  ]);
  assert.equal(failureOf(await site.run(['sync', ...flow, '--into', 'box📦'])).code, 'usage.collision');
});

test('a column that must not be NULL stays so; one with a default is left to a person', async () => {
  const source = await site.server.database();
  const to = await mariadb.database();
  await mariadb.sql(to, 'create table t (id int primary key, n smallint not null, m smallint default 7)');
  await site.server.sql(source, 'create table t (id int primary key, n int, m smallint); insert into t values (1, 70000, 1)');
  const flow = [source, to, '--stream', 't', '--mode', 'append'];
  receiptOf(await site.run(['sync', ...flow]));
  await site.server.sql(source, 'delete from t; insert into t values (2, null, 1)');
  assert.equal(failureOf(await site.run(['sync', ...flow])).code, 'key.null');
  await site.server.sql(source, 'alter table t alter column m type bigint');
  const failure = failureOf(await site.run(['sync', ...flow]));
  assert.deepEqual([failure.code, /column m would lose its default/.test(failure.message)], ['schema.incompatible', true]);
  assert.deepEqual(await mariadb.sql(to, 'select * from t'), [['1', '70000', '1']]);
});
