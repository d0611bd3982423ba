import assert from 'node:assert/strict';
import { stat, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { PublishRequest, Staged, Target } from '../../sdk/index.ts';
import { bench, target, testContext, type Bench } from '../../../test/support/duckdb.ts';
import { openDestination } from './destination.ts';

const plain = target('id bigint, v text');

const request = (fence: number, wanted: Target, staged: Staged, token = 'token'): PublishRequest => ({
  token,
  pipeline: 'p1',
  run: 'r1',
  fence,
  positions: { 'main.s': { kind: 'cursor', value: '9007199254740993' } },
  tables: [{ target: wanted, staged: [staged] }],
  checksums: ['crc32:0000abcd'],
});

test('nothing is created by looking', async (t) => {
  const b = await bench(t);
  assert.deepEqual(await b.destination.check(), []);
  assert.equal(await b.destination.describe({ name: 't' }), undefined);
  assert.deepEqual(await b.destination.ledger('p1'), []);
  assert.equal(existsSync(b.path), false);
  await b.run('create table t (i int)');
  assert.deepEqual(await b.destination.ledger('p1'), []);
  assert.deepEqual(await b.rows(`select 1 from duckdb_schemas() where schema_name = '_headgate'`), []);
});

test('a token publishes once, and the ledger tells what it was', async (t) => {
  const b = await bench(t);
  const { fence, last } = await b.destination.claim('p1');
  assert.deepEqual([fence, last], [1, undefined]);
  const append = target('id bigint, v text', { mode: 'append' });
  const first = await b.destination.publish(request(fence, append, await b.stage(append, '1,a\n')));
  const again = await b.destination.publish(request(fence, append, await b.stage(append, '1,a\n')));
  assert.deepEqual([first.status, again.status, again.tables], ['published', 'already', first.tables]);
  assert.deepEqual(await b.rows('from t'), [['1', 'a']]);
  assert.deepEqual(await b.rows('from _headgate.stage'), []);
  const [entry] = await b.destination.ledger('p1');
  assert.deepEqual(entry?.positions, { 'main.s': { kind: 'cursor', value: '9007199254740993' } });
  assert.deepEqual(entry?.tables, [{ table: 'main.t', staged: 1, added: 1, changed: 0, deduplicated: 0, deleted: 0 }]);
  assert.match(entry?.at ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  assert.equal((await b.destination.claim('p1')).last?.token, 'token');
  assert.deepEqual(await b.destination.ledger('p2'), []);
});

test('an older fence is refused, and a claim removes what was staged', async (t) => {
  const b = await bench(t);
  const { fence } = await b.destination.claim('p1');
  const staged = await b.stage(plain, '1,a\n');
  assert.equal((await b.destination.claim('p1', 7)).fence, 7);
  await assert.rejects(b.destination.publish(request(fence, plain, staged)), { code: 'publish.fenced' });
  await assert.rejects(b.destination.claim('p1', 6), { code: 'publish.fenced' });
  await assert.rejects(b.destination.publish(request(7, plain, staged)), { code: 'publish.counts' });
  assert.equal(await b.destination.describe({ name: 't' }), undefined);
});

test('staged rows that changed are not published', async (t) => {
  const b = await bench(t);
  const { fence } = await b.destination.claim('p1');
  const staged = await b.stage(plain, '1,a\n2,b\n');
  const [namespace, name] = JSON.parse(staged.ref) as string[];
  await b.run(`delete from ${namespace}.${name} where id = 1`);
  await assert.rejects(b.destination.publish(request(fence, plain, staged)), { code: 'publish.counts' });
});

test('a writer that is left without flush leaves nothing', async (t) => {
  const b = await bench(t);
  await b.destination.claim('p1');
  {
    await using writer = await b.destination.open({ target: plain, format: 'csv', pipeline: 'p1', attempt: 'r1.1', ordinal: 0 });
    await writer.write((async function* () {})());
  }
  assert.deepEqual(await b.rows("select table_name from duckdb_tables() where table_name like '\\_headgate%' escape '\\'"), []);
});

test('a crash at any failpoint shows all or nothing, and the next attempt goes on', async (t) => {
  const points = [
    'duckdb.load.mid',
    'duckdb.stage.flushed',
    'duckdb.publish.begun',
    'duckdb.publish.written',
    'duckdb.publish.before-commit',
    'duckdb.publish.committed',
  ];
  for (const point of points) {
    let armed = true;
    const b: Bench = await bench(t, (name) => {
      if (armed && name === point) throw new Error(`stopped at ${point}`);
    });
    await assert.rejects(b.sync(plain, '1,a\n', { token: 'one' }), { message: `stopped at ${point}` });
    const visible = (await b.destination.describe({ name: 't' })) !== undefined;
    assert.equal(visible, point === 'duckdb.publish.committed', point);
    armed = false;
    const result = await b.sync(plain, '1,a\n', { token: 'one' });
    assert.equal(result.status, visible ? 'already' : 'published', point);
    assert.deepEqual(await b.rows('from t'), [['1', 'a']]);
    await b.destination[Symbol.asyncDispose]();
  }
});

test('several stages and several tables become visible together', async (t) => {
  const b = await bench(t);
  const { fence } = await b.destination.claim('p1');
  const other = target('id bigint', { table: { namespace: 'raw', name: 'o' } });
  const staged = [await b.stage(plain, '1,a\n'), await b.stage(plain, '2,b\n')];
  const tables = [
    { target: plain, staged },
    { target: other, staged: [await b.stage(other, '7\n')] },
  ];
  const result = await b.destination.publish({ ...request(fence, plain, staged[0] as Staged), tables });
  assert.deepEqual(
    result.tables.map(({ added }) => added),
    [2, 1],
  );
  assert.deepEqual(await b.rows('select id from t order by 1'), [['1'], ['2']]);
  assert.deepEqual(await b.rows('from raw.o'), [['7']]);
});

test('a newer ledger is left alone', async (t) => {
  const b = await bench(t);
  await b.destination.claim('p1');
  await b.run('update _headgate.meta set version = 2');
  await assert.rejects(b.destination.ledger('p1'), { code: 'ledger.newer' });
  await assert.rejects(b.destination.claim('p1'), { code: 'ledger.newer' });
});

test('changes collapse per key: newest sent value, deletes, truncates', async (t) => {
  const b = await bench(t);
  const wanted = target('id bigint, v text, n bigint', { mode: 'merge', key: ['id'], content: 'changes' });
  const first = ['i,1,,1,a,1', 'i,2,,2,b,1', 'u,10,,2,c,2', 'i,9,,3,gone,1', 'd,11,,3,,', 'i,12,,4,x,', 'u,13,"[""v""]",4,,5'];
  const one = await b.sync(wanted, `${first.join('\n')}\n`);
  assert.deepEqual(await b.rows('from t order by id'), [
    ['1', 'a', '1'],
    ['2', 'c', '2'],
    ['4', 'x', '5'],
  ]);
  assert.deepEqual(one.tables[0], { table: 'main.t', staged: 7, added: 3, changed: 0, deduplicated: 4, deleted: 0 });
  const second = ['u,20,"[""v""]",1,,7', 'd,21,,2,,', 'i,22,"[""v""]",2,,9', 'u,23,"[""n"",""v""]",4,,', 'd,24,,8,,'];
  const two = await b.sync(wanted, `${second.join('\n')}\n`);
  assert.deepEqual(await b.rows('from t order by id'), [
    ['1', 'a', '7'],
    ['2', null, '9'],
    ['4', 'x', '5'],
  ]);
  assert.deepEqual(two.tables[0], { table: 'main.t', staged: 5, added: 0, changed: 2, deduplicated: 3, deleted: 0 });
  const three = await b.sync(wanted, 'i,30,,5,old,\nt,31,,,,\ni,32,"[""n""]",1,new,\n');
  assert.deepEqual(await b.rows('from t order by id'), [['1', 'new', null]]);
  assert.equal(three.tables[0]?.deleted, 3);
  const soft: Target = { ...wanted, policy: { ...wanted.policy, deletes: 'soft' } };
  await b.sync(soft, 'd,40,,1,,\n');
  assert.deepEqual(await b.rows('select id, v, _deleted_at is null from t'), [['1', 'new', 'false']]);
  await b.sync(soft, 'u,41,"[""v""]",1,,3\n');
  assert.deepEqual(await b.rows('select id, v, n, _deleted_at is null from t'), [['1', 'new', '3', 'true']]);
  await assert.rejects(b.sync(wanted, 'i,50,,,x,\n'), { code: 'key.null' });
});

test('whole files are loaded by DuckDB itself', async (t) => {
  const b = await bench(t);
  await b.destination.claim('p1');
  const dir = b.context.scratch;
  const text = target('id text, d text, j text', { table: { name: 'f' } });
  const fileOf = async (path: string, csv = {}) => {
    const { size, mtimeNs } = await stat(path, { bigint: true });
    return { path, size: Number(size), modified: String(mtimeNs), schema: text.schema, ...csv };
  };
  const wanted = target('id bigint, d decimal(20,2), j json', { table: { name: 'f' } });
  await writeFile(join(dir, 'a.csv'), `id;d;j\r\n1;'1.20';'{"a": 1}'\r\n2;;''''\r\n`);
  const csv = await fileOf(join(dir, 'a.csv'), { csv: { delimiter: ';', quote: "'", escape: "'", header: true } });
  await assert.rejects(b.load(wanted, 'csv', csv), /field "j": 1 of these rows do not fit JSON/);
  assert.equal((await b.load(text, 'csv', csv)).rows, 2);
  await b.run(
    `copy (select 1::bigint as id, 1.20::decimal(20,2) as d, '{"a":  1}'::json as j union all select 2, null, null) to '${dir}/a.parquet'`,
  );
  const parquet = await b.load(wanted, 'parquet', await fileOf(join(dir, 'a.parquet')));
  assert.equal(parquet.rows, 2);
  await writeFile(join(dir, 'a.ndjson'), '{"id": 9007199254740993, "d": 1.2, "j": {"a": "ü"}}\n{"id": "2", "j": null}\n');
  const ndjson = await b.load(wanted, 'ndjson', await fileOf(join(dir, 'a.ndjson')));
  const [namespace, name] = JSON.parse(ndjson.ref) as string[];
  assert.deepEqual(await b.rows(`from ${namespace}.${name} order by id desc`), [
    ['9007199254740993', '1.20', '{"a":"ü"}'],
    ['2', null, null],
  ]);
  await writeFile(join(dir, 'long.ndjson'), '{"id": 1, "d": 12345678901234567.12}\n');
  const long = await b.load(wanted, 'ndjson', await fileOf(join(dir, 'long.ndjson')));
  const [space, stage] = JSON.parse(long.ref) as string[];
  assert.deepEqual(await b.rows(`select d from ${space}.${stage}`), [['12345678901234567.12']]);
  await writeFile(join(dir, 'a.csv'), 'changed');
  await assert.rejects(b.load(text, 'csv', csv), { code: 'file.changed' });
});

test('a cancel reaches a load', async (t) => {
  const controller = new AbortController();
  const context = await testContext(t, controller.signal);
  await using destination = await openDestination({ path: join(context.scratch, 'w.duckdb') }, context);
  await destination.claim('p1');
  await using writer = await destination.open({ target: plain, format: 'csv', pipeline: 'p1', attempt: 'r1.1', ordinal: 0 });
  const endless = (async function* () {
    for (let i = 0; ; i++) {
      if (i === 3) controller.abort();
      yield Buffer.from('1,a\n'.repeat(1 << 20));
    }
  })();
  await assert.rejects(writer.write(endless), { code: 'run.cancelled' });
});

test('tables load side by side, more of them than there are pipes', async (t) => {
  const b = await bench(t);
  await b.destination.claim('p1');
  const rows = Array.from({ length: 20_000 }, (_, i) => `${i},"v\n${i}"\n`).join('');
  const staged = await Promise.all(Array.from({ length: 6 }, async () => await b.stage(plain, rows)));
  assert.deepEqual(
    staged.map((part) => [part.rows, part.bytes]),
    Array.from({ length: 6 }, () => [20_000, rows.length]),
  );
});
