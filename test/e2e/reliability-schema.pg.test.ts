/** Tables that change while they are read, and names that a destination would cut or fold. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { pauseAt } from '../support/pause.ts';
import { receiptOf, receiptsOf } from '../support/receipts.ts';
import { openSite } from '../support/site.ts';

const site = await openSite();
const { server } = site;
after(() => site[Symbol.asyncDispose]());

const kinds = ['postgres', 'duckdb'] as const;
let files = 0;
const place = async (kind: (typeof kinds)[number]): Promise<string> =>
  kind === 'postgres' ? await server.database() : `duckdb:${site.path(`schema-${(files += 1)}.duckdb`)}`;

/** What b was, what it becomes while the run is on its way, and a value of it; the first two have the same length in binary. */
const exchanges = [
  ['bigint', 'timestamp', "'2024-01-01'"],
  ['int', 'real', '1.5'],
  ['text', 'int', '7'],
  ['int', 'text', "'seven'"],
] as const;

for (const kind of kinds) {
  for (const mode of ['replace', 'merge', 'incremental'] as const) {
    test(`a column that is dropped and added with another type while a run is on its way: no value under a wrong name, ${mode} into ${kind}`, async () => {
      for (const [was, becomes, value] of exchanges) {
        const [source, to] = [await server.database(), await place(kind)];
        await server.sql(
          source,
          `create table t (id int primary key, a text, b ${was}, c text); insert into t values (1, 'a', null, 'c')`,
        );
        const cursor = mode === 'incremental' ? ['--cursor', 'id'] : [];
        const flow = ['sync', source, to, '--stream', 't', '--mode', mode, ...cursor];
        receiptOf(await site.run(flow));
        const paused = await pauseAt(site, 'engine.claimed', flow);
        await server.sql(
          source,
          `alter table t drop column b; alter table t add column b ${becomes}; update t set b = ${value}; insert into t (id, a, c, b) values (2, 'a', 'c', ${value})`,
        );
        const result = await paused.resume();
        const [receipt] = receiptsOf(result);
        const rows = await site.rows(to, 'select id, a, b::text, c from t order by id');
        const [stored] = await server.sql(source, 'select b::text from t where id = 2');
        const expected = receipt?.state === 'succeeded' ? (stored?.[0] ?? null) : null;
        for (const [id, a, b, c] of rows) {
          assert.deepEqual([a, c], ['a', 'c']);
          assert.ok(b === null || b === expected, `${was} became ${becomes}: ${id} has ${b}, the source ${stored?.[0]}`);
        }
        if (receipt?.state !== 'succeeded') assert.equal(result.code, 1, result.stdout);
      }
    });
  }
}

test('tables of 70 characters that share 63 bytes are two tables, and stay them', async () => {
  const [a, b] = ['a', 'b'].map((end) => `${'y'.repeat(69)}${end}`);
  const from = `duckdb:${site.path('long.duckdb')}`;
  for (const name of [a, b]) receiptOf(await site.run(['sync', site.file(`${name}.csv`, `id,v\n1,${name?.at(-1)}\n`), from]));
  const to = await server.database();
  const tables = `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1`;
  const flow = ['sync', from, to, '--stream', 'main.*', '--mode', 'merge', '--key', 'id'];
  let first: unknown;
  for (const streams of [
    ['--stream', 'main.*'],
    ['--stream', `main.${b}`],
    ['--stream', 'main.*'],
  ]) {
    const result = await site.run([...flow.slice(0, 3), ...streams, ...flow.slice(5)]);
    assert.equal(result.code, 0, result.stdout);
    const names = await server.sql(to, tables);
    assert.equal(names.length, 2);
    first ??= names;
    assert.deepEqual(names, first);
  }
  const names = (await server.sql(to, tables)).map(([name]) => name);
  const values = await Promise.all(names.map((name) => server.sql(to, `select v from "${name}"`)));
  assert.deepEqual(values.flat(2).toSorted(), ['a', 'b']);
  assert.ok(
    names.every((name) => /^y{56}_[0-9a-f]{6}$/.test(name ?? '')),
    names.join(),
  );
});

test('names that differ only in case: two columns with a stable name each, and two tables are never mixed', async () => {
  const source = await server.database();
  await server.sql(
    source,
    `create table t1 ("Id" int, id int primary key); insert into t1 values (1, 2); create table "T1" (id int primary key); insert into "T1" values (7)`,
  );
  const to = `duckdb:${site.path('fold.duckdb')}`;
  const columns = `select string_agg(column_name, ',' order by column_index) from duckdb_columns() where table_name = 't1'`;
  let first: unknown;
  for (const select of ['Id,id', 'id,Id', 'Id,id']) {
    receiptOf(await site.run(['sync', source, to, '--stream', 'public.t1', '--mode', 'merge', '--select', select]));
    const names = await site.rows(to, columns);
    first ??= names;
    assert.deepEqual(names, first);
  }
  assert.match(JSON.stringify(first), /^\[\["Id,id_[0-9a-f]{6}"\]\]$/);
  const both = await site.run(['sync', source, to, '--stream', 'public.*']);
  assert.equal(both.code, 2);
  assert.match(both.stdout, /usage\.collision/);
  assert.deepEqual(await site.rows(to, 'select * from t1'), [['1', '2']]);
});
