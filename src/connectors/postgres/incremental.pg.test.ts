/** Late commits, ties, NULLs and the future (reliability B1, B2, B4-B8), at the level of the source. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { startPostgres, type TestPostgres } from '../../../test/support/postgres.ts';
import type { Json } from '../../domain/json.ts';
import { HeadgateError } from '../../domain/error.ts';
import type { CursorPolicy } from '../../domain/policy.ts';
import { canonicalJson } from '../../domain/json.ts';
import { cursor, openSource, readAll, streamOf, type ReadAll } from './test-harness.ts';

let server: TestPostgres;
before(async () => (server = await startPostgres()));
after(() => server.stop());

const code = (wanted: string) => (error: unknown) => error instanceof HeadgateError && error.code === wanted;

/** Reads a table again and again, each time from where the last read ended; answers the ids. */
async function follow(url: string, policy: CursorPolicy, table = 't') {
  const source = await openSource(url);
  const info = await streamOf(source, table);
  let position: Json | undefined;
  let last: ReadAll | undefined;
  const next = async (more: Partial<CursorPolicy> = {}): Promise<string> => {
    const projection = { columns: [{ from: 'id', as: 'id' }] };
    const from = position === undefined ? {} : { from: position };
    last = await readAll(source, info, { mode: 'incremental', cursor: { ...policy, ...more }, projection, ...from });
    position = last.position;
    return last.lines.toSorted((a, b) => Number(a) - Number(b)).join();
  };
  const proof = (): ReadAll['proof'] => last?.proof ?? assert.fail('nothing read yet');
  return {
    next,
    proof,
    position: () => position,
    jump: (to: Json) => (position = to),
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
}

async function client(url: string): Promise<pg.Client & AsyncDisposable> {
  const open = new pg.Client({ connectionString: url });
  await open.connect();
  return Object.assign(open, { [Symbol.asyncDispose]: () => open.end() });
}

for (const type of ['timestamptz', 'timestamp', 'date']) {
  test(`${type}: a transaction that was open during the read loses nothing, whenever it wrote`, async () => {
    const url = await server.database();
    await server.sql(url, `create table t (id serial, at ${type} not null default now())`);
    await server.sql(url, `insert into t (id, at) values (1, now() - interval '3 days')`);
    await using late = await client(url);
    await using later = await client(url);
    await late.query('begin; insert into t (id) values (2)');
    await later.query('begin; select 1');
    await server.sql(url, 'insert into t (id) values (3)');
    await using reader = await follow(url, cursor('at'));
    assert.equal(await reader.next(), '1,3');
    assert.match(reader.proof().guarantee, /commit-safe: .*\(2\)/);
    await later.query('insert into t (id) values (4)');
    await later.query('commit');
    assert.equal(await reader.next(), '3,4');
    await late.query('commit');
    assert.equal(await reader.next(), '2,3,4');
    await server.sql(url, 'insert into t (id) values (5)');
    assert.match(await reader.next(), /5$/);
  });
}

test('bigserial: lower numbers that commit later arrive, also from savepoints and from sequences taken early', async () => {
  const url = await server.database();
  await server.sql(url, 'create table t (id bigserial primary key)');
  await using late = await client(url);
  await using other = await client(url);
  await late.query(
    'begin; savepoint a; insert into t default values; release a; savepoint b; insert into t default values; release b',
  );
  await other.query(`begin; select nextval('t_id_seq')`);
  await server.sql(url, 'insert into t default values');
  await using reader = await follow(url, cursor('id'));
  assert.equal(await reader.next(), '4');
  await late.query('commit');
  await other.query('insert into t values (3)');
  await other.query('commit');
  assert.equal(await reader.next(), '1,2,3,4');
  assert.equal(await reader.next(), '4');
  await server.sql(url, 'insert into t values (0)');
  assert.equal(await reader.next(), '4');
  await server.sql(url, 'update t set id = 0 where id = 0');
  assert.equal(await reader.next({ strict: true }), '0,4');
});

test('a partitioned table knows its writers too', async () => {
  const url = await server.database();
  await server.sql(
    url,
    'create table t (id bigserial) partition by range (id); create table t1 partition of t for values from (0) to (100)',
  );
  await using late = await client(url);
  await late.query('begin; insert into t default values');
  await server.sql(url, 'insert into t default values');
  await using reader = await follow(url, cursor('id'));
  assert.equal(await reader.next(), '2');
  await late.query('commit');
  assert.equal(await reader.next(), '1,2');
});

test('ties at the boundary come again, microseconds stay', async () => {
  const url = await server.database();
  await server.sql(
    url,
    `create table t (id int, at timestamptz); insert into t values (1, '2024-01-01 00:00:00.123000'), (2, '2024-01-01 00:00:00.123456')`,
  );
  await using reader = await follow(url, cursor('at'));
  assert.equal(await reader.next(), '1,2');
  await server.sql(url, `insert into t values (3, '2024-01-01 00:00:00.123456'), (4, '2024-01-01 00:00:00.123400')`);
  assert.equal(await reader.next(), '2,3');
  const open = { fromInclusive: false, toInclusive: true, advance: 'max-read' } as const;
  assert.equal(await reader.next({ window: open }), '');
  assert.match(reader.proof().evidence, /no row has a at from '2024-01-01 00:00:00.123456\+00'/);
});

test('nothing new: the position stays byte for byte, and zero is explained', async () => {
  const url = await server.database();
  await server.sql(url, `create table t (id int, at timestamptz); insert into t values (1, now())`);
  await using reader = await follow(url, cursor('at'));
  assert.equal(await reader.next(), '1');
  const saved = canonicalJson(reader.position() ?? null);
  await server.sql(url, 'delete from t');
  assert.equal(await reader.next(), '');
  assert.equal(canonicalJson(reader.position() ?? null), saved);
  assert.deepEqual(reader.proof().rows, { 'public.t': 0 });
});

test('NULL cursors: read every time, left out, or refused', async () => {
  const url = await server.database();
  await server.sql(url, `create table t (id int, at timestamptz); insert into t values (1, null), (2, null), (3, now())`);
  await using reader = await follow(url, cursor('at'));
  assert.equal(await reader.next(), '1,2,3');
  assert.equal(await reader.next(), '1,2,3');
  assert.equal(await reader.next({ nulls: 'skip' }), '3');
  await assert.rejects(reader.next({ nulls: 'fail' }), code('cursor.null'));
  await server.sql(url, 'update t set at = now() where id = 1');
  assert.equal(await reader.next({ nulls: 'skip' }), '1,3');
  await server.sql(url, 'delete from t where at is not null');
  await using empty = await follow(url, cursor('at'));
  assert.equal(await empty.next({ nulls: 'skip' }), '');
  assert.equal(await empty.next(), '2');
});

test('a row from the future does not poison the position', async () => {
  const url = await server.database();
  await server.sql(
    url,
    `create table t (id int, at timestamptz); insert into t values (1, now()), (2, '2999-01-01'), (3, 'infinity')`,
  );
  await using reader = await follow(url, cursor('at'));
  assert.equal(await reader.next(), '1,2,3');
  assert.match(reader.proof().warnings.join(), /future/);
  await server.sql(url, 'insert into t values (4, now())');
  assert.match(await reader.next(), /2,3,4$/);
});

test('windows: from, to, lookback shift the query and not the position', async () => {
  const url = await server.database();
  await server.sql(url, 'create table t (id int); insert into t select generate_series(1, 100)');
  await using reader = await follow(url, cursor('id'));
  const base = { fromInclusive: true, toInclusive: false, advance: 'max-read' } as const;
  assert.equal(await reader.next({ window: { ...base, to: '4' } }), '1,2,3');
  assert.equal(await reader.next({ window: { ...base, to: '6', lookback: '1' } }), '2,3,4,5');
  assert.match(reader.proof().guarantee, /lookback 1/);
  assert.equal(await reader.next({ window: { ...base, from: '1', to: '3' } }), '1,2');
  assert.equal(await reader.next({ window: { ...base, to: '9', advance: 'range-end' } }), '2,3,4,5,6,7,8');
  assert.equal(await reader.next({ window: { ...base, to: '10' } }), '9');
  await assert.rejects(reader.next({ window: { ...base, lookback: '1 day' } }), code('usage.arguments'));
  reader.jump({ kind: 'cursor', field: 'other' });
  assert.equal((await reader.next()).split(',').length, 100);
  assert.match(reader.proof().warnings.join(), /from the beginning/);
});

test('a view or query says what it cannot promise; a standby-like blindness looks back', async () => {
  const url = await server.database();
  await server.sql(
    url,
    `create table t (id int, at timestamptz); create view v as select * from t; insert into t values (1, now() - interval '5 minutes');
    do $$ begin create role blind login password 'blind'; exception when duplicate_object then null; end $$; grant select on t, v to blind`,
  );
  await using view = await follow(url, cursor('id'), 'v');
  assert.equal(await view.next({ strict: true }), '1');
  assert.match(view.proof().guarantee, /^not commit-safe/);
  const blind = new URL(url);
  blind.username = blind.password = 'blind';
  await using other = await client(url);
  await other.query('select 1');
  await using reader = await follow(blind.href, cursor('at'));
  assert.equal(await reader.next(), '1');
  assert.match(reader.proof().guarantee, /^lookback 10 minutes/);
  await server.sql(url, `insert into t values (2, now() - interval '14 minutes'), (3, now() - interval '16 minutes')`);
  assert.equal(await reader.next(), '1,2');
});

test('types without an order cannot be followed', async () => {
  const url = await server.database();
  await server.sql(url, 'create table t (id json)');
  await using reader = await follow(url, cursor('id'));
  await assert.rejects(reader.next(), code('cursor.type'));
});
