import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { startPostgres, type TestPostgres } from '../../../test/support/postgres.ts';
import { startProxy } from '../../../test/support/proxy.ts';
import { HeadgateError } from '../../domain/error.ts';
import type { StreamRef } from '../../domain/schema.ts';
import { hasSnapshots, isPartitionable } from '../../sdk/index.ts';
import { postgres } from './index.ts';
import { everything, openDestination, openSource, makeTarget, readAll, streamOf } from './test-harness.ts';

let server: TestPostgres;
before(async () => (server = await startPostgres()));
after(() => server.stop());

const code = (wanted: string) => (error: unknown) => error instanceof HeadgateError && error.code === wanted;

test('discovery: kinds, names, keys, types, cursors, wildcards', async () => {
  const url = await server.database();
  await server.sql(
    url,
    `create schema raw; create type mood as enum ('ok'); create domain whole as int check (value > 0);
     create table "Order Lines" (id bigint primary key, "Amount" numeric(12,2) not null, m mood, w whole, ws mood[], tags text[],
       created timestamp, updated_at timestamptz not null default now(), qty int, t timetz, c char(3), v varchar(7), i interval);
     create view orders as select 1 as one; create materialized view sums as select 1::numeric as total;
     create table parts (id int, at date) partition by range (id);
     create table parts_1 partition of parts for values from (0) to (10);
     insert into parts select i from generate_series(1, 9) i; analyze parts_1;
     create table raw.line_a (id int); create table raw.line_b (id int); create schema _headgate; create table _headgate.x (id int)`,
  );
  await using source = await openSource(url);
  const names = async (...wanted: StreamRef[]): Promise<string> => {
    const infos = await source.discover(wanted.length > 0 ? wanted : undefined);
    return infos.map(({ stream, kind }) => `${stream.namespace}.${stream.name}:${kind}`).join(' ');
  };
  assert.equal(
    await names(),
    'public.Order Lines:table public.orders:view public.parts:table public.sums:view raw.line_a:table raw.line_b:table',
  );
  assert.equal(
    await names({ namespace: 'raw', name: 'line*' }, { name: 'orders' }),
    'public.orders:view raw.line_a:table raw.line_b:table',
  );
  assert.equal(await names({ name: 'raw.*_b' }), 'raw.line_b:table');
  const info = await streamOf(source, 'Order Lines');
  assert.deepEqual(info.schema.key, ['id']);
  assert.deepEqual(info.cursors, ['updated_at', 'id', 'created']);
  const types = info.schema.fields.map(
    ({ type, native, nullable }) => `${type.kind} ${native?.type} ${native?.portable} ${nullable}`,
  );
  assert.deepEqual(types, [
    'integer bigint true false',
    'decimal numeric(12,2) true false',
    'opaque mood false true',
    'integer whole false true',
    'array mood[] false true',
    'array text[] true true',
    'timestamp timestamp without time zone true true',
    'timestamp timestamp with time zone true false',
    'integer integer true true',
    'opaque time with time zone true true',
    'text character(3) true true',
    'text character varying(7) true true',
    'interval interval true true',
  ]);
  assert.equal((await streamOf(source, 'parts')).estimatedRows, 9);
  const lost = (error: unknown): boolean =>
    error instanceof HeadgateError && error.code === 'stream.missing' && /public.orders/.test(error.hint);
  await assert.rejects(source.discover([{ name: 'order' }]), lost);
  await assert.rejects(source.discover([{ namespace: 'raw', name: 'x*' }]), code('stream.missing'));
});

test('a snapshot in both formats, with selection, filter, rename, cast and keys', async () => {
  const url = await server.database();
  await server.sql(
    url,
    `create table t (id int primary key, b boolean, x text, n numeric, at timestamptz, d bytea);
    insert into t values (1, true, '', 1.10, '2024-01-02 03:04:05.678901+02', '\\x00ff'), (2, null, null, 'NaN', 'infinity', null), (3, false, 'a "q", ß', 1e30, null, '')`,
  );
  await using source = await openSource(url);
  const info = await streamOf(source, 't');
  const text = await readAll(source, info);
  assert.equal(
    text.text,
    `1,true,"",1.10,2024-01-02 01:04:05.678901+00,\\x00ff\n2,,,NaN,infinity,\n3,false,"a ""q"", ß",1000000000000000000000000000000,,\\x\n`,
  );
  assert.deepEqual(text.proof.rows, { 'public.t': 3 });
  const binary = await readAll(source, info, { format: 'pgcopy-binary' });
  assert.match(binary.text, /^PGCOPY\n/);
  assert.match(binary.proof.evidence, /^COPY 3 /);
  const projection = {
    columns: [
      { from: 'x', as: 'X' },
      { from: 'id', as: 'id', cast: { kind: 'text' } },
    ] as const,
    where: `id <> 2 -- not this`,
  };
  assert.equal((await readAll(source, info, { projection })).text, `"",1\n"a ""q"", ß",3\n`);
  const keys = { fields: ['id'], values: [['2'], ['3']] };
  assert.equal((await readAll(source, info, { projection: { columns: [{ from: 'id', as: 'id' }] }, keys })).text, '2\n3\n');
  const connection = postgres.locate(url, {});
  assert.deepEqual(connection.source?.produces(info.schema, everything(info.schema)), ['pgcopy-binary', 'csv']);
  assert.deepEqual(connection.source?.produces(info.schema, projection), ['csv']);
});

test('partitions under one snapshot add up, whatever is written meanwhile', async () => {
  const url = await server.database();
  await server.sql(
    url,
    `create table t (id int, filler char(1000)) with (fillfactor = 10); alter table t alter filler set storage plain;
    insert into t select i, '' from generate_series(1, 9000) i`,
  );
  await using source = await openSource(url);
  assert.ok(hasSnapshots(source) && isPartitionable(source));
  const info = await streamOf(source, 't');
  await using snapshot = await source.openSnapshot();
  const flow = { stream: info.stream, schema: info.schema, projection: { columns: [{ from: 'id', as: 'id' }] } };
  const partitions = await source.partition(flow, snapshot.id, 2);
  assert.equal(partitions.length, 2);
  await server.sql(url, 'delete from t where id % 2 = 0; insert into t select -i from generate_series(1, 500) i');
  const reads = await Promise.all(
    partitions.map((partition) => readAll(source, info, { projection: flow.projection, snapshot: snapshot.id, partition })),
  );
  const ids = reads.flatMap(({ lines }) => lines.map(Number));
  assert.deepEqual([ids.length, new Set(ids).size, Math.min(...ids)], [9000, 9000, 1]);
});

test('a query is a stream; only one statement, only reading', async () => {
  const url = await server.database();
  await server.sql(url, 'create table t (id int, at timestamptz); insert into t values (1, now()), (2, now())');
  await using source = await openSource(url);
  const ask = async (query: string) => {
    const [info] = await source.discover([{ name: 'q', query }]);
    assert.ok(info);
    return readAll(source, info);
  };
  assert.equal((await ask('select id, id * 2 as twice from t order by 1 -- all;')).text, '1,2\n2,4\n');
  assert.equal((await ask('with x as (select 7 as id) select * from x;  ')).text, '7\n');
  await assert.rejects(ask('select 1; drop table t'), code('stream.query'));
  await assert.rejects(ask('select 1) q; drop table t; select (1'), code('stream.query'));
  await assert.rejects(ask('delete from t returning id'), code('stream.query'));
  await assert.rejects(ask('select nothing from t'), code('stream.query'));
  await assert.rejects(ask('select 1 as a, 2 as a'), code('stream.query'));
  assert.equal((await server.sql(url, 'select count(*) from t'))[0]?.[0], '2');
});

test('leaving a read early, or aborting it, ends it at the server', async () => {
  const url = await server.database();
  const busy = `select count(*) from pg_stat_activity where application_name = 'headgate' and state = 'active'`;
  const active = async (): Promise<string | null | undefined> => (await server.sql(url, busy))[0]?.[0];
  const controller = new AbortController();
  await using source = await openSource(url, controller.signal);
  const query = `select repeat('x', 1000) as x, pg_sleep(0.001) from generate_series(1, 1000000)`;
  const [info] = await source.discover([{ name: 'q', query }]);
  assert.ok(info);
  const flows = [{ stream: info.stream, schema: info.schema, projection: { columns: [{ from: 'x', as: 'x' }] } }];
  for await (const event of source.read({ flows, mode: 'snapshot', format: 'csv' })) {
    assert.equal(event.type, 'bytes');
    break;
  }
  while ((await active()) !== '0') await wait(20);
  const reading = async (): Promise<void> => {
    for await (const event of source.read({ flows, mode: 'snapshot', format: 'csv' })) {
      if (event.type === 'bytes') controller.abort();
    }
  };
  await assert.rejects(reading(), code('run.cancelled'));
  while ((await active()) !== '0') await wait(20);
});

test('an aborted read is none that has ended well, also where the rest came before the server was told', async () => {
  const url = await server.database();
  await server.sql(url, `create table t as select i, repeat('x', 200) as v from generate_series(1, 20000) i`);
  await using proxy = await startProxy(server.port);
  const controller = new AbortController();
  await using source = await openSource(proxy.url(url), controller.signal);
  const info = await streamOf(source, 't');
  const flows = [{ stream: info.stream, schema: info.schema, projection: everything(info.schema) }];
  const reading = async (): Promise<void> => {
    for await (const event of source.read({ flows, mode: 'snapshot', format: 'csv' })) {
      if (controller.signal.aborted || event.type !== 'bytes') continue;
      // What goes to the server next is the request to cancel, over a connection of its own.
      void proxy.arm({ kind: 'stall', direction: 'to-server', after: 0 });
      controller.abort();
    }
  };
  await assert.rejects(reading(), code('run.cancelled'));
});

test('what goes wrong when connecting has a code, and no secret in its message', async () => {
  const url = new URL(await server.database());
  const failing = async (change: (url: URL) => void): Promise<HeadgateError> => {
    const other = new URL(url);
    change(other);
    await using source = await openSource(other.href);
    const error = await source.discover().then(
      () => assert.fail('it connected'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof HeadgateError);
    assert.doesNotMatch(error.message, /secret|postgres:.*@/);
    assert.equal((await source.check())[0]?.code, error.code);
    return error;
  };
  assert.equal((await failing((u) => (u.password = 'secret'))).code, 'connect.refused');
  assert.equal((await failing((u) => (u.password = ''))).code, 'connect.refused');
  assert.equal((await failing((u) => (u.port = '1'))).code, 'connect.unreachable');
  assert.equal((await failing((u) => (u.hostname = 'nowhere.invalid'))).code, 'connect.unreachable');
  assert.equal((await failing((u) => (u.pathname = '/none'))).code, 'connect.missing');
  assert.equal((await failing((u) => (u.search = '?sslmode=require'))).code, 'connect.unreachable');
});

test('rights that are missing are named, with the grant to run', async () => {
  const url = new URL(await server.database('rights'));
  await server.sql(url.href, `create table t (id int); create role weak login password 'weak'`);
  url.username = 'weak';
  url.password = 'weak';
  await using source = await openSource(url.href);
  await assert.rejects(readAll(source, await streamOf(source, 't')), code('access.denied'));
  await using destination = await openDestination(url.href);
  await assert.rejects(destination.claim('p'), (error: unknown) => {
    return (
      error instanceof HeadgateError &&
      error.code === 'access.denied' &&
      error.hint === 'run: grant create on database "rights" to "weak"'
    );
  });
  assert.ok((await source.check()).some((finding) => finding.code === 'server.transactions'));
  const target = await makeTarget(destination, { table: 't', fields: [], csv: '', policy: { mode: 'replace' } });
  assert.match(destination.explain(target).join(), /belongs to another role/);
});
