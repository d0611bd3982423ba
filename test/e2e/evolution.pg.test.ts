/** Streams that change after their tables were made, names that a destination cannot keep, values that must not travel. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import { failureOf, receiptOf } from '../support/receipts.ts';
import { openSite } from '../support/site.ts';

const site = await openSite();
const { server } = site;
after(() => site[Symbol.asyncDispose]());

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');

interface Pair {
  readonly source: string;
  readonly to: string;
  readonly flow: readonly string[];
}

/** A table of three columns, merged once. */
async function merged(kind: 'postgres' | 'duckdb', name: string): Promise<Pair> {
  const source = await server.database();
  await server.sql(source, `create table t (id int primary key, n smallint, d numeric(4,2)); insert into t values (1, 2, 3.25)`);
  const to = kind === 'postgres' ? await server.database() : `duckdb:${site.path(`${name}.duckdb`)}`;
  const flow = [source, to, '--stream', 't', '--mode', 'merge', '--key', 'id'];
  receiptOf(await site.run(['sync', ...flow]));
  return { source, to, flow };
}

for (const kind of ['postgres', 'duckdb'] as const) {
  test(`new fields arrive and narrow columns grow, reported and recorded, in ${kind}`, async () => {
    const { source, to, flow } = await merged(kind, 'evolve');
    await server.sql(
      source,
      `alter table t add column note text, alter column n type bigint, alter column d type numeric(12,4);
       insert into t values (2, 9007199254740993, 12345678.1234, 'new')`,
    );
    const plan = await site.run(['plan', ...flow]);
    const planned = JSON.stringify(plan.json);
    for (const said of [
      /column note \w+ is added/,
      /column n grows from \w+ to bigint/i,
      /column d grows from .*\(4,2\) to .*\(12,4\)/,
    ])
      assert.match(planned, said);
    assert.deepEqual(await site.rows(to, 'select count(*) from t'), [['1']]);
    const receipt = receiptOf(await site.run(['sync', ...flow]));
    assert.deepEqual(
      receipt.columns.map(({ column, from, to: native }) => [column, from?.toLowerCase() ?? null, native.toLowerCase()]),
      kind === 'postgres'
        ? [
            ['note', null, 'text'],
            ['n', 'smallint', 'bigint'],
            ['d', 'numeric(4,2)', 'numeric(12,4)'],
          ]
        : [
            ['note', null, 'varchar'],
            ['n', 'smallint', 'bigint'],
            ['d', 'decimal(4,2)', 'decimal(12,4)'],
          ],
    );
    assert.deepEqual(await site.rows(to, 'select id, n, d, note from t order by id'), [
      ['1', '2', '3.2500', null],
      ['2', '9007199254740993', '12345678.1234', 'new'],
    ]);
    const recorded = kind === 'postgres' ? 'select tables::text from _headgate.ledger order by number desc limit 1' : undefined;
    if (recorded !== undefined) assert.match((await server.sql(to, recorded))[0]?.[0] ?? '', /"from": "smallint"/);
    assert.deepEqual(receiptOf(await site.run(['sync', ...flow])).columns, []);
    assert.equal((await site.run(['verify', ...flow])).code, 0);
  });

  test(`a replaced table grows too, in ${kind}`, async () => {
    const { source, to } = await merged(kind, 'replace');
    await server.sql(
      source,
      `alter table t alter column n type int, add column note text; insert into t values (2, 70000, 1, 'x')`,
    );
    receiptOf(await site.run(['sync', source, to, '--stream', 't']));
    assert.deepEqual(await site.rows(to, 'select id, n, note from t order by id'), [
      ['1', '2', null],
      ['2', '70000', 'x'],
    ]);
  });

  test(`frozen columns stop the run, discarded fields stay away, in ${kind}`, async () => {
    const { source, to, flow } = await merged(kind, 'freeze');
    await server.sql(source, `alter table t add column note text; insert into t values (2, 3, 4, 'new')`);
    const frozen = failureOf(await site.run(['sync', ...flow, '--on-schema-change', 'freeze']));
    assert.deepEqual([frozen.code, /no column note/.test(frozen.message)], ['schema.incompatible', true]);
    assert.deepEqual(await site.rows(to, 'select count(*) from t'), [['1']]);
    receiptOf(await site.run(['sync', ...flow, '--on-schema-change', 'discard']));
    assert.deepEqual(await site.rows(to, 'select * from t order by id'), [
      ['1', '2', '3.25'],
      ['2', '3', '4.00'],
    ]);
    await server.sql(source, 'alter table t alter column n type bigint');
    for (const policy of ['freeze', 'discard']) {
      const narrow = failureOf(await site.run(['sync', ...flow, '--select', 'id,n,d', '--on-schema-change', policy]));
      assert.deepEqual([narrow.code, /column n/.test(narrow.message)], ['schema.incompatible', true]);
    }
  });

  test(`what no type holds stops the run before it reads, in ${kind}`, async () => {
    const { source, to, flow } = await merged(kind, 'never');
    await server.sql(source, `alter table t alter column n type text using 'many'`);
    assert.equal(failureOf(await site.run(['sync', ...flow])).code, 'schema.incompatible');
    assert.deepEqual(await site.rows(to, 'select n from t'), [['2']]);
  });
}

test('names of 70 characters that share 63 bytes are two columns, and stay them when the stream changes', async () => {
  const warehouse = `duckdb:${site.path('names.duckdb')}`;
  const [a, b] = ['a', 'b'].map((end) => `${'x'.repeat(69)}${end}`);
  const file = site.file('names.csv', `id,${a},${b},ctid,📦\n1,one,two,three,four\n`);
  receiptOf(await site.run(['sync', file, warehouse, '--into', 'named']));
  const to = await server.database();
  const flow = [warehouse, to, '--stream', 'named', '--mode', 'merge', '--key', 'id'];
  receiptOf(await site.run(['sync', ...flow]));
  const columns = `select attname from pg_attribute where attrelid = 'named'::regclass and attnum > 0 order by attnum`;
  const first = await server.sql(to, columns);
  assert.equal(first.length, 5);
  assert.match(JSON.stringify(first), /x{56}_[0-9a-f]{6}.*x{56}_[0-9a-f]{6}.*ctid_[0-9a-f]{6}.*📦/);
  const swapped = site.file('swapped.csv', `${b},id,${a},📦,ctid,other\nzwei,1,eins,vier,drei,neu\n`);
  receiptOf(await site.run(['sync', swapped, warehouse, '--into', 'named', '--existing', 'recreate']));
  assert.equal(receiptOf(await site.run(['sync', ...flow])).changed, 1);
  const names = (await server.sql(to, columns)).map(([name]) => `"${name}"`);
  assert.deepEqual(
    names.slice(0, 5),
    first.map(([name]) => `"${name}"`),
  );
  assert.deepEqual(await server.sql(to, `select ${names.join(', ')} from named`), [['1', 'eins', 'zwei', 'drei', 'vier', 'neu']]);
  assert.equal((await site.run(['verify', ...flow])).code, 0);
});

test('fields that a warehouse takes for one are two columns', async () => {
  const source = await server.database();
  await server.sql(source, `create table t ("Id" int, id int primary key); insert into t values (1, 2)`);
  const to = `duckdb:${site.path('case.duckdb')}`;
  for (const _run of [1, 2]) receiptOf(await site.run(['sync', source, to, '--stream', 't', '--mode', 'merge']));
  assert.deepEqual(await site.rows(to, 'select * from t'), [['1', '2']]);
});

test('a masked value never leaves the source: hashed in its query, or not read at all', async () => {
  const source = await server.database();
  await server.sql(
    source,
    `create table people (id int primary key, email text, born date, secret text);
     insert into people values (1, 'ann@example.org', '2000-02-29', 'x'), (2, null, null, 'y')`,
  );
  const mask = ['--mask', 'email=hash', '--mask', 'born=hash', '--mask', 'secret=drop'];
  const expected = [
    ['1', sha('ann@example.org'), sha('2000-02-29')],
    ['2', null, null],
  ];
  const warehouse = `duckdb:${site.path('mask.duckdb')}`;
  for (const to of [await server.database(), warehouse]) {
    const flow = [source, to, '--stream', 'people', ...mask, '--mode', 'merge'];
    const plan = await site.run(['plan', ...flow]);
    assert.match(JSON.stringify(plan.json), /only the SHA-256 of each value leaves the source/);
    receiptOf(await site.run(['sync', ...flow]));
    assert.deepEqual(await site.rows(to, 'select * from people order by id'), expected);
    assert.equal((await site.run(['verify', ...flow])).code, 0);
  }
  const file = site.file('people.csv', 'id,email,secret\n1,ann@example.org,x\n2,,y\n');
  const from = await server.database();
  receiptOf(await site.run(['sync', file, from, '--into', 'people', '--mask', 'email=hash', '--mask', 'secret=drop']));
  assert.deepEqual(await server.sql(from, 'select id, email from people order by 1'), [
    ['1', sha('ann@example.org')],
    ['2', null],
  ]);
  const again = `duckdb:${site.path('again.duckdb')}`;
  receiptOf(await site.run(['sync', warehouse, again, '--stream', 'people', '--mask', 'id=hash']));
  assert.deepEqual((await site.rows(again, 'select id from people order by email nulls last'))[0], [sha('1')]);
});

test('a masked field cannot be the cursor', async () => {
  const source = await server.database();
  await server.sql(source, 'create table t (id int primary key)');
  const flow = [source, `duckdb:${site.path('no.duckdb')}`, '--stream', 't', '--mode', 'incremental', '--cursor', 'id'];
  for (const how of ['hash', 'drop']) {
    const failure = failureOf(await site.run(['sync', ...flow, '--mask', `id=${how}`]));
    assert.deepEqual([failure.code, /cursor/.test(failure.message)], ['usage.arguments', true]);
  }
});
