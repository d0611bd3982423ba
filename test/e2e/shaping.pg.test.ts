/** What travels, under which name, into which table: selections, renames, casts, targets, schema changes, files. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { failureOf, receiptOf, receiptsOf } from '../support/receipts.ts';
import { headgate } from '../support/run.ts';
import { openSite } from '../support/site.ts';

const site = await openSite();
const { server } = site;
const source = await server.database();
await server.sql(
  source,
  `create table orders (id bigint primary key, customer text, total numeric(12,2), paid boolean, made timestamptz, note text);
   insert into orders values
     (1, 'ann', 10.50, true, '2026-01-01 10:00:00.123456+00', null),
     (2, 'bob', -0.01, false, '2026-01-02 00:00:00+00', ''),
     (3, 'ann', 9999999999.99, null, '1999-12-31 23:59:59+00', E'two\\nlines, "quoted"'),
     (9007199254740993, 'zoë', 0, true, null, 'NULL');
   create schema crm; create table crm.orders (id int primary key)`,
);
after(() => site[Symbol.asyncDispose]());

const orders = 'select id::text, customer, total::text, paid::text, made::text, note from orders order by id';

test('a query is a stream: it is named, loaded and verified', async () => {
  const target = `duckdb:${site.path('query.duckdb')}`;
  const sql = 'select customer, count(*) as orders, sum(total) as total from orders group by 1';
  const flow = [source, target, '--query', sql, '--name', 'customers', '--mode', 'merge', '--key', 'customer'];
  const receipt = receiptOf(await site.run(['sync', ...flow]));
  assert.deepEqual([receipt.stream, receipt.added], ['customers', 3]);
  assert.deepEqual(await site.rows(target, 'select * from customers order by 1'), [
    ['ann', '2', '10000000010.49'],
    ['bob', '1', '-0.01'],
    ['zoë', '1', '0.00'],
  ]);
  assert.equal((await site.run(['verify', ...flow])).code, 0);
});

test('selection, filter, rename and cast run at the source; the plan says so', async () => {
  const target = await server.database();
  const shape = [
    '--select',
    'id,total,customer',
    '--where',
    "customer = 'ann' -- only her",
    '--rename',
    'customer=name',
    '--cast',
    'total=text',
  ];
  const flow = [source, target, '--stream', 'orders', ...shape, '--into', 'sales.{stream}_of_ann'];
  const plan = await site.run(['plan', ...flow]);
  const planned = plan.json.find(({ type }) => type === 'plan');
  assert.match(JSON.stringify(planned?.['reasons']), /are done at the source/);
  const receipt = receiptOf(await site.run(['sync', ...flow]));
  assert.deepEqual([receipt.read, receipt.table], [2, 'sales.orders_of_ann']);
  assert.deepEqual(await server.sql(target, 'select * from sales.orders_of_ann order by id'), [
    ['1', '10.50', 'ann'],
    ['3', '9999999999.99', 'ann'],
  ]);
  const columns =
    "select string_agg(column_name || ' ' || data_type, ', ' order by ordinal_position) from information_schema.columns";
  assert.deepEqual(await server.sql(target, `${columns} where table_schema = 'sales'`), [['id bigint, total text, name text']]);
  assert.equal((await site.run(['verify', ...flow])).code, 0);
});

test('two streams of one name are told apart by a template, and refused without one', async () => {
  const target = await server.database();
  const flow = ['sync', source, target, '--stream', '*.orders', '--into'];
  const collision = await site.run([...flow, 'raw.{stream}']);
  assert.deepEqual([collision.code, failureOf(collision).code], [2, 'usage.collision']);
  const both = await site.run([...flow, 'raw.{namespace}_{stream}']);
  assert.equal(both.code, 0, both.stdout);
  assert.deepEqual(
    receiptsOf(both)
      .map(({ table }) => table)
      .sort(),
    ['raw.crm_orders', 'raw.public_orders'],
  );
});

for (const kind of ['postgres', 'duckdb'] as const) {
  test(`a new field arrives by itself in ${kind}, a field of another type stops before anything is read`, async () => {
    const [from, target] = [
      await server.database(),
      kind === 'postgres' ? await server.database() : `duckdb:${site.path('drift.duckdb')}`,
    ];
    await server.sql(from, "create table people (id int primary key, name text); insert into people values (1, 'ann')");
    const flow = [from, target, '--stream', 'people', '--mode', 'merge'];
    receiptOf(await site.run(['sync', ...flow]));
    await server.sql(from, "alter table people add age int; insert into people values (2, 'bob', 40)");
    const added = receiptOf(await site.run(['sync', ...flow]));
    assert.deepEqual([added.added, added.changed], [1, 0]);
    await server.sql(from, "alter table people alter age type text using 'unknown'");
    const failed = await site.run(['sync', ...flow]);
    assert.equal(failed.code, 1);
    const failure = failureOf(failed);
    assert.equal(failure.code, 'schema.incompatible');
    assert.match(failure.message, /column age: cannot put text into integer/);
    assert.match(failure.hint, /--cast age=integer/);
    assert.equal(
      failed.json.some((line) => line['phase'] === 'reading'),
      false,
    );
    assert.deepEqual(await site.rows(target, 'select * from people order by id'), [
      ['1', 'ann', null],
      ['2', 'bob', '40'],
    ]);
  });
}

test('replace keeps the view, the grant, the index and the identity of a table', async () => {
  const target = await server.database();
  const flow = ['sync', source, target, '--stream', 'orders'];
  receiptOf(await site.run(flow));
  await server.sql(
    target,
    `create view paid as select id, total from orders where paid; create index by_customer on orders (customer);
     create role reader_${process.pid}; grant select on orders to reader_${process.pid}`,
  );
  await server.sql(source, 'update orders set paid = true where id = 2');
  assert.equal(receiptOf(await site.run(flow)).read, 4);
  assert.deepEqual(await server.sql(target, 'select id from paid order by 1'), [['1'], ['2'], ['9007199254740993']]);
  const kept = `select to_regclass('by_customer') is not null and has_table_privilege('reader_${process.pid}', 'orders', 'select')`;
  assert.deepEqual(await server.sql(target, kept), [['t']]);
});

for (const format of ['csv', 'ndjson', 'parquet']) {
  test(`a table goes out as ${format} and comes back the same`, async () => {
    const [path, target] = [site.path(`out.${format}`), await server.database()];
    const before = await server.sql(source, orders);
    assert.equal(receiptOf(await site.run(['sync', source, path, '--stream', 'orders'])).added, 4);
    await server.sql(
      target,
      'create table orders (id bigint, customer text, total numeric(12,2), paid boolean, made timestamptz, note text)',
    );
    const back = receiptOf(await site.run(['sync', path, target, '--into', 'orders', '--mode', 'append']));
    assert.equal(back.added, 4);
    assert.deepEqual(await server.sql(target, orders), before);
    const again = receiptOf(await site.run(['sync', source, path, '--stream', 'orders']));
    assert.equal(again.read, 4);
  });
}

test('rows pass from stdout to stdin', async () => {
  const target = await server.database();
  const out = await headgate(['sync', source, '-', '--stream', 'orders', '--format', 'ndjson'], { stateDir: site.stateDir });
  assert.equal(out.code, 0, out.stderr);
  assert.equal(out.stdout.trim().split('\n').length, 4);
  const into = [
    'sync',
    '-',
    target,
    '--format',
    'ndjson',
    '--into',
    'orders',
    '--cast',
    'id=bigint',
    '--cast',
    'total=decimal(12,2)',
  ];
  const casts = ['--cast', 'paid=boolean', '--cast', 'made=timestamptz', '--cast', 'customer=text', '--cast', 'note=text'];
  assert.equal(receiptOf(await site.run([...into, ...casts], { input: out.stdout })).added, 4);
  assert.deepEqual(await server.sql(target, orders), await server.sql(source, orders));
});

test('one file per stream', async () => {
  const result = await site.run(['sync', source, site.path('out/{stream}.csv'), '--stream', 'public.*']);
  assert.equal(receiptOf(result).read, 4);
  assert.match(readFileSync(site.path('out/orders.csv'), 'utf8'), /^id,customer,total,paid,made,note\n1,ann,10\.50,true,/);
});
