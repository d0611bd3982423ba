/** What a person does first, through the command line: import, sync, plan, verify. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { FlowPlan, Verification } from '../../src/engine/flow.ts';
import { receiptOf, receiptsOf } from '../support/receipts.ts';
import type { RunResult } from '../support/run.ts';
import { openSite } from '../support/site.ts';

const site = await openSite();
const { server } = site;
after(() => site[Symbol.asyncDispose]());

const contacts = join(import.meta.dirname, '../../examples/contacts.csv');

async function shop(): Promise<string> {
  const url = await server.database();
  await server.sql(
    url,
    `create table orders (id bigint primary key, note text, total numeric(12,2), updated_at timestamptz not null);
     create table lines (order_id bigint, line int, sku text, primary key (order_id, line));
     create table line_notes (note text);
     insert into orders select i, 'note ' || i, i * 1.10, '2026-01-01'::timestamptz + i * interval '1 minute' from generate_series(1, 50) i;
     insert into lines select i, l, 'sku ' || l from generate_series(1, 20) i, generate_series(1, 2) l;
     insert into line_notes values ('a'), ('a'), (''), (null)`,
  );
  return url;
}

const planOf = ({ json, code, stdout, stderr }: RunResult): FlowPlan => {
  assert.equal(code, 0, stdout + stderr);
  return json.find(({ type }) => type === 'plan') as unknown as FlowPlan; // as plan prints it
};
const verificationOf = ({ json, stdout, stderr }: RunResult): Verification => {
  const found = json.find(({ type }) => type === 'verification');
  assert.ok(found, stdout + stderr);
  return found as unknown as Verification; // as verify prints it
};
const columnOf = (rows: readonly (readonly (string | null)[])[]): (string | null)[] => rows.map(([value]) => value ?? null);

test('the example is imported into the embedded warehouse and counted', async () => {
  const receipt = receiptOf(await site.run(['import', contacts]));
  assert.deepEqual([receipt.read, receipt.added, receipt.table], [1000, 1000, 'contacts']);
  const { json } = await site.run(['query', 'select count(*) as n from contacts']);
  assert.deepEqual(json.at(-1)?.['values'], ['1000']);
  assert.equal(verificationOf(await site.run(['verify', contacts])).equal, true);
});

test('tables and patterns go into a DuckDB file, and come out equal', async () => {
  const [source, target] = [await shop(), `duckdb:${site.path('shop.duckdb')}`];
  const flow = [source, target, '--stream', 'public.orders', '--stream', 'public.line*'];
  const first = await site.run(['sync', ...flow]);
  assert.equal(first.code, 0, first.stdout);
  assert.deepEqual(
    receiptsOf(first)
      .map(({ table, added }) => `${table} ${added}`)
      .sort(),
    ['line_notes 4', 'lines 40', 'orders 50'],
  );
  const verified = await site.run(['verify', ...flow]);
  assert.equal(verified.code, 0, verified.stdout);
  assert.equal(verified.json.filter(({ type }) => type === 'verification').length, 3);
});

test('an incremental sync between two servers: the second run reads the overlap and writes nothing', async () => {
  const [source, target] = [await shop(), await server.database()];
  const flow = [source, target, '--stream', 'public.orders', '--mode', 'incremental', '--cursor', 'updated_at', '--key', 'id'];
  const first = receiptOf(await site.run(['sync', ...flow]));
  assert.deepEqual([first.read, first.added, first.mode], [50, 50, 'incremental × merge']);
  assert.match(first.guarantee, /^commit-safe/);

  const again = receiptOf(await site.run(['sync', ...flow]));
  assert.deepEqual([again.read, again.written, again.deduplicated], [1, 0, 1]);
  assert.deepEqual(again.from, first.to);

  await server.sql(
    source,
    `update orders set note = 'changed', updated_at = '2026-02-01' where id = 7;
     insert into orders values (51, 'new', 1, '2026-02-02')`,
  );
  const third = receiptOf(await site.run(['sync', ...flow]));
  assert.deepEqual([third.added, third.changed, third.deduplicated], [1, 1, third.read - 2]);
  assert.ok(third.read <= 3);
  assert.equal(verificationOf(await site.run(['verify', ...flow])).equal, true);
});

for (const kind of ['postgres', 'duckdb'] as const) {
  test(`verify names the key of every changed, missing and extra row in ${kind}`, async () => {
    const source = await shop();
    const target = kind === 'postgres' ? await server.database() : `duckdb:${site.path('verify.duckdb')}`;
    const flow = [source, target, '--stream', 'lines'];
    receiptOf(await site.run(['sync', ...flow]));
    await server.sql(
      source,
      `update lines set sku = 'other' where order_id = 3 and line = 1;
       delete from lines where order_id = 4 and line = 2;
       insert into lines values (90, 1, null)`,
    );
    const result = await site.run(['verify', ...flow]);
    assert.equal(result.code, 1);
    const { samples, same, ...verified } = verificationOf(result);
    assert.deepEqual([verified.missing, verified.extra, verified.different, same], [1, 1, 1, 38]);
    assert.notEqual(verified.sourceDigest, verified.destinationDigest);
    assert.deepEqual(samples.map(({ kind: what, key, columns }) => [what, key['order_id'], key['line'], ...columns]).sort(), [
      ['different', '3', '1', 'sku'],
      ['extra', '4', '2'],
      ['missing', '90', '1'],
    ]);
  });
}

for (const mode of ['merge', 'mirror'] as const) {
  test(`plan of a ${mode} counts and shows the rows, and touches nothing`, async () => {
    const [source, target] = [await shop(), await server.database()];
    const flow = [source, target, '--stream', 'orders', '--mode', mode];
    const fresh = planOf(await site.run(['plan', ...flow]));
    assert.deepEqual([fresh.changes?.add, fresh.changes?.change, fresh.changes?.delete], [50, 0, 0]);
    assert.deepEqual(await server.sql(target, schemas), [['public']]);
    assert.deepEqual(await server.sql(target, "select count(*) from pg_class where relnamespace = 'public'::regnamespace"), [
      ['0'],
    ]);

    receiptOf(await site.run(['sync', ...flow]));
    await server.sql(
      source,
      `insert into orders values (60, 'added', 0, now()), (61, null, 0, now());
       update orders set note = 'other' where id = 5;
       delete from orders where id in (8, 9, 10)`,
    );
    const before = await server.sql(target, everything);
    const { changes, lane, destinationSql } = planOf(await site.run(['plan', ...flow]));
    assert.equal(lane, 'pushed down');
    assert.ok(destinationSql.length > 0);
    const deleted = mode === 'mirror' ? 3 : 0;
    assert.deepEqual([changes?.add, changes?.change, changes?.delete], [2, 1, deleted]);
    const samples = changes?.samples.map(({ kind, key, before: old, after: next }) => [
      kind,
      key['id'],
      old?.['note'],
      next?.['note'],
    ]);
    assert.deepEqual(samples, [
      ['add', '60', undefined, 'added'],
      ['add', '61', undefined, null],
      ['change', '5', 'note 5', 'other'],
      ...['10', '8', '9'].slice(0, deleted).map((id) => ['delete', id, `note ${id}`, undefined]),
    ]);
    assert.deepEqual(await server.sql(target, everything), before);

    const receipt = receiptOf(await site.run(['sync', ...flow]));
    assert.deepEqual([receipt.added, receipt.changed, receipt.deleted], [2, 1, deleted]);
  });
}

const schemas = `select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' order by 1`;
/** Rows, ledger and fences of a database, as one value. */
const everything = `select (select json_agg(o order by id) from orders o)::text, (select json_agg(l order by number) from _headgate.ledger l)::text,
  (select json_agg(f) from _headgate.fence f)::text, (select json_agg(relname::text order by 1) from pg_class where relkind = 'r')::text`;

test('streams fail alone: the others of the command are published, and the exit code says that one was not', async () => {
  const [source, target] = [await shop(), await server.database()];
  await server.sql(source, `create view bad as select id, 1 / (id - 3) as ratio from orders`);
  const result = await site.run(['sync', source, target, '--stream', 'public.*']);
  assert.equal(result.code, 1);
  const states = receiptsOf(result).map(({ stream, state, error }) => [stream, state, error?.code ?? null]);
  assert.deepEqual(states.sort(), [
    ['public.bad', 'failed', 'value.invalid'],
    ['public.line_notes', 'succeeded', null],
    ['public.lines', 'succeeded', null],
    ['public.orders', 'succeeded', null],
  ]);
  assert.deepEqual(columnOf(await server.sql(target, `select tablename from pg_tables where schemaname = 'public' order by 1`)), [
    'line_notes',
    'lines',
    'orders',
  ]);
});
