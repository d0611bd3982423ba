import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bench, field, target } from '../../../test/support/duckdb.ts';

const counts = (result: {
  tables: readonly { staged: number; added: number; changed: number; deduplicated: number; deleted: number }[];
}) =>
  result.tables.map(({ staged, added, changed, deduplicated, deleted }) => [staged, added, changed, deduplicated, deleted])[0];

test('a new table takes every value as it is', async (t) => {
  const b = await bench(t);
  const columns =
    'id bigint, d decimal(12,2), big decimal, h hugeint, b boolean, ts timestamp, tz timestamptz, day date, at time, raw bytes, i interval, u uuid, j json, f double, a text[], s text';
  const rows = [
    '1,1.20,123456789012345678901234567890123456789.123456789,170141183460469231731687303715884105727,t,2024-03-10 02:30:00.123456,2024-03-10 02:30:00.123456+00,0044-03-15 BC,23:59:59.999999,\\x00ff61,"1 year 2 mons -3 days +04:05:06.7",a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11,"{""a"":  1.10,""a"":12345678901234567890}",0.1,"{1,NULL}","line\none, ""two"" ü"',
    '2,,,,,,,,,,,,,,,""',
    '3,-0.01,-1,-1,f,0044-03-15 10:00:00 BC,infinity,infinity,00:00:00,\\x,00:00:00,A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11,null,NaN,{},x',
  ];
  const result = await b.sync(target(columns), `${rows.join('\n')}\n`);
  assert.equal(result.status, 'published');
  assert.deepEqual(counts(result), [3, 3, 0, 0, 0]);
  assert.deepEqual(await b.rows('from t order by id'), [
    [
      '1',
      '1.20',
      '123456789012345678901234567890123456789.123456789',
      '170141183460469231731687303715884105727',
      'true',
      '2024-03-10 02:30:00.123456',
      '2024-03-10 02:30:00.123456+00',
      '0044-03-15 BC',
      '23:59:59.999999',
      '\\x00ff61',
      '1 year 2 mons -3 days 04:05:06.7',
      'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
      '{"a":  1.10,"a":12345678901234567890}',
      '0.1',
      '{1,NULL}',
      'line\none, "two" ü',
    ],
    ['2', ...Array<null>(14).fill(null), ''],
    [
      '3',
      '-0.01',
      '-1',
      '-1',
      'false',
      '0044-03-15 10:00:00 BC',
      'infinity',
      'infinity',
      '00:00:00',
      '\\x',
      '00:00:00',
      'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
      'null',
      'NaN',
      '{}',
      'x',
    ],
  ]);
  assert.deepEqual(await b.rows(`select table_name from duckdb_tables() where table_name like '%stage\\_%' escape '\\'`), []);
});

test('numbers of a system with the same types arrive to the last digit, and what is none of them is refused', async (t) => {
  const b = await bench(t);
  const plain = target('id bigint, d decimal(12,2), h hugeint, i integer');
  const exact = { ...plain, schema: { fields: plain.schema.fields.map((field) => ({ ...field, exact: true })) } };
  const rows = [
    '-9223372036854775808,-9999999999.99,-170141183460469231731687303715884105728,0',
    '9223372036854775807,9999999999.99,170141183460469231731687303715884105727,2147483647',
    ',,,',
    '0,0.00,0,1',
  ];
  await b.sync(exact, `${rows.join('\n')}\n`);
  assert.deepEqual(await b.rows('from t order by id nulls first'), [
    [null, null, null, null],
    ...[rows[0], rows[3], rows[1]].map((row) => row?.split(',')),
  ]);
  for (const row of ['0,NaN,0,1', '0,99999999999.00,0,1', '9223372036854775808,0.00,0,1']) {
    await assert.rejects(b.sync(exact, `${row}\n`), { code: 'value.invalid' }, row);
  }
});

test('a value that does not fit stops the load and is named, never rounded', async (t) => {
  const b = await bench(t);
  await b.destination.claim('p1');
  for (const [type, good, bad] of [
    ['decimal(12,2)', '1.230', '1.239'],
    ['decimal(12,2)', '1', '1e-3'],
    ['decimal(5,2)', '123.00', '1234'],
    ['integer', '7', '1.5'],
    ['integer', '7', '2147483648'],
    ['date', '2024-01-05', '2024-01-05 10:00:00'],
    ['timestamp', '2024-01-05 10:00:00', '2024-01-05 10:00:00.1234567'],
    ['timestamp', '2024-01-05 10:00:00', '2024-01-05 10:00:00+02'],
    ['timestamptz', '2024-01-05 10:00:00+02', 'HUSH'],
    ['time', '10:00:00', '10:00:00.1234567'],
    ['double', '1e300', '1e400'],
    ['bytes', '\\xff', 'HUSH'],
    ['json', '{}', '{HUSH'],
    ['boolean', 'true', 'HUSH'],
  ] as const) {
    const wanted = target(`id bigint, v ${type}`);
    assert.equal((await b.stage(wanted, `1,${good}\n2,\n`)).rows, 2, type);
    await assert.rejects(b.stage(wanted, `1,${good}\n2,"${bad}"\n3,"${bad}"\n`), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'value.invalid', `${type}: ${error.message}`);
      if (!['bytes'].includes(type)) assert.match(error.message, /the field "v"/, `${type}: ${error.message}`);
      assert.ok(!`${error.stack}${String(error.cause)}`.includes('HUSH'));
      return true;
    });
  }
});

test('a document that ends inside a record is not loaded in silence', async (t) => {
  const b = await bench(t);
  await b.destination.claim('p1');
  for (const cut of ['1,"a', '1,a\n2', '1,a\n2,"b"', '1,a\n2,b']) {
    await assert.rejects(b.stage(target('id bigint, v text'), cut), { code: 'read.incomplete' }, cut);
  }
  for (const bad of ['1,a\n2\n', '1,a\n2,"b\n']) {
    await assert.rejects(b.stage(target('id bigint, v text'), bad), { code: 'file.format' }, bad);
  }
  assert.equal((await b.stage(target('id bigint, v text'), '')).rows, 0);
});

test('replace swaps plain tables and keeps the structure of others', async (t) => {
  const b = await bench(t);
  const wanted = target('id bigint, v text');
  await b.sync(wanted, '1,a\n2,b\n');
  await b.run('create view w as select id from t');
  assert.deepEqual(counts(await b.sync(wanted, '3,c\n')), [1, 1, 0, 0, 1]);
  assert.deepEqual(await b.rows('select * from w'), [['3']]);
  await b.run(`drop view w; drop table t; create table t (id bigint primary key, v text default 'x', extra int default 7)`);
  await b.run(`insert into t values (3, 'old', 1)`);
  assert.deepEqual(counts(await b.sync(wanted, '3,c\n4,\n')), [2, 2, 0, 0, 0]);
  assert.deepEqual(await b.rows('from t order by id'), [
    ['3', 'c', '7'],
    ['4', null, '7'],
  ]);
  await assert.rejects(b.sync(target('id bigint, v text', { key: ['id'] }), '5,a\n5,b\n'), { code: 'key.duplicate' });
  await assert.rejects(b.sync(target('id bigint, v text', { key: ['id'] }), ',a\n'), { code: 'key.null' });
  assert.deepEqual(counts(await b.sync(target('id bigint, v text', { existing: 'recreate' }), '9,z\n')), [1, 1, 0, 0, 1]);
  assert.deepEqual(await b.rows('from t'), [['9', 'z']]);
  await assert.rejects(b.sync(target('id bigint, v text', { existing: 'fail' }), '9,z\n'), { code: 'schema.exists' });
});

test('append removes what was read before, by key and cursor or as a multiset', async (t) => {
  const b = await bench(t);
  const keyed = target('id bigint, at date', { mode: 'append', overlap: { cursor: 'at', key: ['id'] } });
  assert.deepEqual(counts(await b.sync(keyed, '1,2024-01-01\n2,2024-01-02\n')), [2, 2, 0, 0, 0]);
  assert.deepEqual(counts(await b.sync(keyed, '2,2024-01-02\n2,2024-01-03\n3,2024-01-02\n')), [3, 2, 0, 1, 0]);
  const bag = target('at date, v text', { mode: 'append', overlap: { cursor: 'at' }, table: { name: 'bag' } });
  await b.sync(bag, '2024-01-01,a\n2024-01-02,\n2024-01-02,\n');
  assert.deepEqual(counts(await b.sync(bag, '2024-01-02,\n2024-01-02,\n2024-01-02,\n2024-01-02,""\n,n\n')), [5, 3, 0, 2, 0]);
  assert.deepEqual(counts(await b.sync(bag, ',n\n')), [1, 0, 0, 1, 0]);
  assert.deepEqual(
    counts(await b.sync(target('at date, v text', { mode: 'append', table: { name: 'bag' } }), ',n\n')),
    [1, 1, 0, 0, 0],
  );
});

test('merge writes only what differs, and counts it', async (t) => {
  const b = await bench(t);
  const options = { mode: 'merge', key: ['a', 'b'] } as const;
  const wanted = target('a bigint, b text, v text, n decimal(12,2), i interval', options);
  assert.deepEqual(counts(await b.sync(wanted, '1,x,one,1.00,1 mon\n1,y,two,2.00,\n')), [2, 2, 0, 0, 0]);
  await b.run("alter table t add column own text; update t set own = 'mine'");
  assert.deepEqual(counts(await b.sync(wanted, '1,x,one,1.00,1 mon\n1,y,,2.50,\n2,x,"",,\n')), [3, 1, 1, 1, 0]);
  assert.deepEqual(await b.rows('select a, b, v, n, own from t order by a, b'), [
    ['1', 'x', 'one', '1.00', 'mine'],
    ['1', 'y', null, '2.50', 'mine'],
    ['2', 'x', '', null, null],
  ]);
  assert.deepEqual(counts(await b.sync(wanted, '1,x,one,1.00,30 days\n')), [1, 0, 1, 0, 0]);
  const keep = target('a bigint, b text, v text, n decimal(12,2)', { ...options, nulls: 'keep' });
  assert.deepEqual(counts(await b.sync(keep, '1,x,,9.00\n1,y,,\n')), [2, 0, 1, 1, 0]);
  assert.deepEqual(await b.rows(`select v, n from t where b = 'x' and a = 1`), [['one', '9.00']]);
  await assert.rejects(b.sync(wanted, '1,x,a,,\n1,x,b,,\n'), { code: 'key.duplicate' });
  await assert.rejects(b.sync(wanted, '1,,a,,\n'), { code: 'key.null' });
  const newest = target('a bigint, b text, v text, n decimal(12,2)', { ...options, version: ['n'] });
  assert.deepEqual(counts(await b.sync(newest, '5,x,old,1\n5,x,new,2\n5,x,none,\n')), [3, 1, 0, 2, 0]);
  assert.deepEqual(await b.rows('select v from t where a = 5'), [['new']]);
  await b.run(`insert into t (a, b) values (5, 'x')`);
  await assert.rejects(b.sync(wanted, '5,x,z,,\n'), { code: 'key.duplicate' });
});

test('merge works on a table with a primary key, and adds columns', async (t) => {
  const b = await bench(t);
  await b.run(`create table t (id bigint primary key, v text default 'd'); insert into t values (1, 'a'), (2, 'b')`);
  const wanted = target('id bigint, extra text', { mode: 'merge', key: ['id'], add: [field('extra', 'text')] });
  assert.deepEqual(counts(await b.sync(wanted, '1,e\n3,f\n')), [2, 1, 1, 0, 0]);
  assert.deepEqual(await b.rows('from t order by id'), [
    ['1', 'a', 'e'],
    ['2', 'b', null],
    ['3', 'd', 'f'],
  ]);
});

test('mirror deletes what is gone, softly where asked, and the brake holds it', async (t) => {
  const b = await bench(t);
  const hard = target('id bigint, v text', { mode: 'mirror', key: ['id'] });
  await b.sync(hard, '1,a\n2,b\n3,c\n4,d\n');
  const held = await b.sync(hard, '1,a\n', { brake: true });
  assert.deepEqual([held.status, held.held], ['held', { table: 'main.t', before: 4, deleted: 3, incoming: 1 }]);
  assert.equal((await b.rows('from t')).length, 4);
  assert.deepEqual(await b.rows('from _headgate.stage'), []);
  assert.deepEqual(counts(await b.sync(hard, '1,a\n2,B\n4,d\n5,e\n', { brake: true })), [4, 1, 1, 2, 1]);
  assert.equal((await b.sync(hard, '', { brake: true })).status, 'held');
  const ignore = target('id bigint, v text', { mode: 'mirror', key: ['id'], deletes: 'ignore' });
  assert.deepEqual(counts(await b.sync(ignore, '1,a\n')), [1, 0, 0, 1, 0]);
  const soft = target('id bigint, v text', { mode: 'mirror', key: ['id'], deletes: 'soft' });
  assert.deepEqual(counts(await b.sync(soft, '1,a\n')), [1, 0, 0, 1, 3]);
  assert.deepEqual(counts(await b.sync(soft, '1,a\n2,B\n')), [2, 0, 1, 1, 0]);
  assert.deepEqual(await b.rows('select id, _deleted_at is null from t order by id'), [
    ['1', 'true'],
    ['2', 'true'],
    ['4', 'false'],
    ['5', 'false'],
  ]);
});

test('a mirror of nothing into nothing, and soft deletes from the first load', async (t) => {
  const b = await bench(t);
  const soft = target('id bigint, v text', { mode: 'mirror', key: ['id'], deletes: 'soft' });
  assert.deepEqual(counts(await b.sync(soft, '')), [0, 0, 0, 0, 0]);
  await b.sync(soft, '1,a\n');
  await b.sync(soft, '');
  assert.deepEqual(await b.rows('select id, _deleted_at is null from t'), [['1', 'false']]);
});

test('names that differ in case are one name', async (t) => {
  const b = await bench(t);
  await b.run(`create table "T" ("Id" bigint, "V" text); insert into "T" values (1, 'a')`);
  const wanted = target('id bigint, v text', { mode: 'merge', key: ['id'], add: [field('ID', 'bigint')] });
  assert.deepEqual(counts(await b.sync(wanted, '1,b\n2,c\n')), [2, 1, 1, 0, 0]);
  assert.deepEqual(await b.rows('select "Id", "V" from t order by 1'), [
    ['1', 'b'],
    ['2', 'c'],
  ]);
  assert.deepEqual(
    (await b.destination.describe({ name: 't' }))?.schema.fields.map(({ name }) => name),
    ['Id', 'V'],
  );
});
