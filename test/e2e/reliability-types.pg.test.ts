/** Values that other tools lose on the way, and comparisons that see them as they are. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { failureOf, receiptOf } from '../support/receipts.ts';
import { openSite } from '../support/site.ts';

const site = await openSite();
const { server } = site;
after(() => site[Symbol.asyncDispose]());
const duck = (name: string): string => `duckdb:${site.path(`${name}.duckdb`)}`;

test('arrays are compared by their items, whatever types and quotes the two sides have', async () => {
  const [from, to] = [await server.database(), await server.database()];
  const array = `'{NULL,"NULL",a,"b ,\\"c\\\\","",null}'`;
  await server.sql(
    from,
    `create table a (id int primary key, i int[], n numeric(9,2)[], t varchar(20)[], d timestamptz[]);
     insert into a values (1, '{{1,NULL},{3,4}}', '{1.50,NULL}', ${array}, '{2024-01-02 03:04:05.6+00}'), (2, '{}', null, '{}', '{}'), (3, '[0:1]={7,8}', null, null, null)`,
  );
  await server.sql(to, 'create table a (id int primary key, i bigint[], n numeric[], t text[], d timestamptz[])');
  const flow = [from, to, '--stream', 'a', '--mode', 'merge'];
  assert.equal(receiptOf(await site.run(['sync', ...flow])).added, 3);
  const verified = await site.run(['verify', ...flow]);
  assert.equal(verified.code, 0, verified.stdout);
  assert.match(JSON.stringify((await site.run(['plan', ...flow])).json), /"same":3/);
  await server.sql(to, `update a set t[2] = null where id = 1`);
  assert.equal((await site.run(['verify', ...flow])).code, 1);
});

test('lists of a warehouse and arrays of a server are equal', async () => {
  const [from, to, warehouse] = [await server.database(), await server.database(), duck('lists')];
  await server.sql(
    from,
    `create table a (id int primary key, i int[], t text[]); insert into a values (1, '{1,NULL}', '{"NULL",NULL,x,"y z"}')`,
  );
  for (const [one, other] of [
    [from, warehouse],
    [warehouse, to],
  ] as const) {
    const flow = [one, other, '--stream', 'a', '--mode', 'merge', '--key', 'id', '--cast', 'i=integer[]', '--cast', 't=text[]'];
    receiptOf(await site.run(['sync', ...flow]));
    const verified = await site.run(['verify', ...flow]);
    assert.equal(verified.code, 0, verified.stdout);
  }
  assert.deepEqual(await server.sql(to, 'select i, t from a'), [['{1,NULL}', '{"NULL",NULL,x,"y z"}']]);
});

test('a zero byte in JSON is kept by what can hold it, and stops what cannot: never lost or exchanged', async () => {
  const from = site.file('zero.ndjson', '{"id":1,"v":"a\\u0000b"}\n{"id":2,"v":"fine"}\n');
  const [to, warehouse] = [await server.database(), duck('zero')];
  const stopped = await site.run(['sync', from, to, '--into', 'odd']);
  assert.deepEqual([stopped.code, failureOf(stopped).code], [1, 'value.invalid']);
  assert.deepEqual(await server.sql(to, "select to_regclass('odd')"), [[null]]);
  receiptOf(await site.run(['sync', from, warehouse, '--into', 'odd']));
  assert.deepEqual(await site.rows(warehouse, 'select hex(v) from odd order by id'), [['610062'], ['66696E65']]);
});

test('half a character in JSON is refused and counted, never exchanged for another', async () => {
  const from = site.file('half.ndjson', '{"id":1,"v":"\\ud800"}\n{"id":2,"v":"\\ud83d\\ude00"}\n');
  for (const to of [await server.database(), duck('half')]) {
    const flow = ['sync', from, to, '--into', 'odd'];
    assert.equal((await site.run(flow)).code, 1);
    const receipt = receiptOf(await site.run([...flow, '--max-rejects', '1']), 3);
    assert.deepEqual([receipt.read, receipt.written, receipt.rejected], [2, 1, 1]);
    assert.deepEqual(await site.rows(to, 'select v from odd'), [['😀']]);
  }
});

test('dates and times are the same under every zone of the process and of the servers', async () => {
  const source = await server.database();
  await server.sql(
    source,
    `create table t (id int primary key, d date, l timestamp, z timestamptz);
     insert into t values (1, '2024-03-10', '2024-03-10 02:30:00.123456', '2024-03-10 02:30:00.123456+00'), (2, '2024-10-27', '2024-10-27 02:30:00', '2024-10-27 01:30:00+00')`,
  );
  const texts = `set timezone = 'UTC'; select id, d::text, l::text, z::text from t order by id`;
  const expected = await server.sql(source, texts);
  const files = new Set<string>();
  for (const [turn, zone] of ['America/New_York', 'Asia/Kolkata', 'Pacific/Apia'].entries()) {
    await server.sql(source, `alter database ${new URL(source).pathname.slice(1)} set timezone = '${zone}'`);
    const [to, warehouse, file] = [await server.database(), duck(`zone-${turn}`), site.path(`zone-${turn}.csv`)];
    const env = { TZ: zone };
    const steps = [
      [source, file],
      [source, warehouse],
      [warehouse, to],
    ] as const;
    for (const [one, other] of steps) receiptOf(await site.run(['sync', one, other, '--stream', 't'], { env }));
    files.add(readFileSync(file, 'utf8'));
    assert.deepEqual(await server.sql(to, texts), expected, zone);
  }
  assert.equal(files.size, 1);
});
