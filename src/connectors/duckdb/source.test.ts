import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import type { Json } from '../../domain/json.ts';
import type { CursorPolicy, Window } from '../../domain/policy.ts';
import type { StreamInfo } from '../../domain/schema.ts';
import type { ReadRequest, Source, SourceEvent } from '../../sdk/index.ts';
import { bench, target, type Bench } from '../../../test/support/duckdb.ts';
import { openSource } from './source.ts';

const sourceOf = async (t: { after(fn: () => Promise<void>): void }, b: Bench): Promise<Source> => {
  const source = await openSource({ path: b.path }, b.context);
  t.after(async () => await source[Symbol.asyncDispose]());
  return source;
};

const request = (info: StreamInfo, more: Partial<ReadRequest> = {}): ReadRequest => ({
  flows: [
    {
      stream: info.stream,
      schema: info.schema,
      projection: { columns: info.schema.fields.map(({ name }) => ({ from: name, as: name })) },
    },
  ],
  mode: 'snapshot',
  format: 'csv',
  ...more,
});

async function readAll(
  source: Source,
  wanted: ReadRequest,
): Promise<{ text: string; end: Extract<SourceEvent, { type: 'checkpoint' }> }> {
  const pieces: Uint8Array[] = [];
  let end: Extract<SourceEvent, { type: 'checkpoint' }> | undefined;
  for await (const event of source.read(wanted)) {
    if (event.type === 'bytes') pieces.push(event.data);
    if (event.type === 'checkpoint') end = event;
  }
  assert.ok(end?.proof);
  return { text: Buffer.concat(pieces).toString(), end };
}

async function only(source: Source, name: string, query?: string): Promise<StreamInfo> {
  const [info] = await source.discover([query === undefined ? { name } : { name, query }]);
  assert.ok(info);
  return info;
}

test('discovery finds tables, views and queries, and none of ours', async (t) => {
  const b = await bench(t);
  await b.sync(target('id bigint, v text'), '1,a\n');
  await b.run(
    `create schema raw; create table raw.k (id int primary key, updated_at timestamp, created date, amount decimal(12,2), l int[], e enum('x'))`,
  );
  await b.run('create view w as select v from t');
  const source = await sourceOf(t, b);
  const names = (infos: readonly StreamInfo[]) => infos.map(({ stream, kind }) => `${stream.namespace}.${stream.name} ${kind}`);
  assert.deepEqual(names(await source.discover()), ['main.t table', 'main.w view', 'raw.k table']);
  assert.deepEqual(names(await source.discover([{ name: 'raw.*' }])), ['raw.k table']);
  const [k] = await source.discover([{ namespace: 'raw', name: 'k' }]);
  assert.deepEqual(k?.cursors, ['updated_at', 'created', 'id']);
  assert.deepEqual(k?.schema.key, ['id']);
  assert.deepEqual(k?.schema.fields.map(({ type, native }) => [type.kind, native?.type, native?.portable]).slice(3), [
    ['decimal', 'DECIMAL(12,2)', true],
    ['array', 'INTEGER[]', false],
    ['opaque', `ENUM('x')`, false],
  ]);
  const query = await only(source, 'q', 'select 1 as a, now() as b -- the end');
  assert.deepEqual(
    query.schema.fields.map(({ name, type }) => [name, type.kind]),
    [
      ['a', 'integer'],
      ['b', 'timestamp'],
    ],
  );
  await assert.rejects(source.discover([{ name: 'nothere' }]), { code: 'stream.missing' });
  for (const bad of [
    'selec 1',
    'select nothere from t',
    'select 1; select 2',
    'select 1) union (select 2',
    'select 1 as a, 2 as A',
    'drop table t',
  ]) {
    await assert.rejects(source.discover([{ name: 'q', query: bad }]), { code: 'stream.query' }, bad);
  }
});

test('a table read and written again is equal, whatever is in it', async (t) => {
  const b = await bench(t);
  await b.run(`create table src as select i as id,
    case i % 5 when 0 then null when 1 then '' when 2 then 'a,"b"' || i when 3 then E'line\\nbreak\\r\\n' || i else 'ü\\N' end as s,
    (i * 1.5)::decimal(18,2) as d, ('\\xAA\\x00' || i)::blob as b, i % 2 = 0 as f, timestamp '2024-01-01 00:00:00.000001' + to_microseconds(i) as ts,
    to_days(i::int % 40) as iv, i::double / 3 as x, uuid() as u, [i, null] as l from range(150000) r(i)`);
  await b.destination.claim('p1');
  const source = await sourceOf(t, b);
  const info = await only(source, 'src');
  const { text, end } = await readAll(source, request(info));
  assert.equal(end.proof?.rows?.['main.src'], 150000);
  const fields = info.schema.fields.map((field) =>
    field.native?.portable ? field : { ...field, native: { system: 'duckdb', type: 'VARCHAR', portable: true } },
  );
  await b.sync({ ...target('id bigint'), schema: { fields } }, text, {});
  const all = fields.map(({ name }) => (name === 'l' ? `'{"' || id || '",NULL}' as l` : name)).join(', ');
  assert.deepEqual(
    await b.rows(
      `select count(*) from ((select ${all} from src except all from t) union all (from t except all select ${all} from src))`,
    ),
    [['0']],
  );
  assert.deepEqual(await readdir(b.context.scratch).then((names) => names.filter((name) => name.endsWith('.csv'))), []);
});

test('one column of nothing, empty and end-of-copy keeps its rows', async (t) => {
  const b = await bench(t);
  await b.run(`create table one as select * from (values (null), (''), ('\\.'), ('x')) v(a)`);
  await b.destination.claim('p1');
  const source = await sourceOf(t, b);
  const { text } = await readAll(source, request(await only(source, 'one')));
  assert.equal(text, '\n""\n"\\."\n"x"\n');
  await b.sync(target('a text'), text);
  assert.deepEqual(await b.rows('select a from t order by a nulls first'), [[null], [''], ['\\.'], ['x']]);
});

test('the projection runs in DuckDB', async (t) => {
  const b = await bench(t);
  await b.run(`create table s as select i as id, i / 3.0 as x, 'v' || i as v from range(5) r(i)`);
  const source = await sourceOf(t, b);
  const info = await only(source, 's');
  const columns = [
    { from: 'v', as: 'name' },
    { from: 'id', as: 'k', cast: { kind: 'text' } as const },
  ];
  const flows = [{ stream: info.stream, schema: info.schema, projection: { columns, where: 'id > 2 -- comment' } }];
  assert.equal((await readAll(source, { ...request(info), flows })).text, 'v3,3\nv4,4\n');
  const keys = { fields: ['k'], values: [['1'], ['4']] };
  const byKey = [{ ...flows[0], projection: { columns } } as (typeof flows)[0]];
  assert.equal((await readAll(source, { ...request(info), flows: byKey, keys })).text, 'v1,1\nv4,4\n');
  const query = await only(source, 'q', 'select v from s where id < 2 order by id desc');
  assert.equal((await readAll(source, request(query))).text, '"v1"\n"v0"\n');
  assert.equal((await readAll(source, request(info, { keys: { fields: ['id'], values: [] } }))).text, '');
});

const cursor = (window: Partial<Window> = {}, more: Partial<CursorPolicy> = {}): CursorPolicy => ({
  field: 'seen',
  window: { fromInclusive: true, toInclusive: true, advance: 'max-read', ...window },
  nulls: 'include',
  strict: false,
  ...more,
});

test('an incremental read goes on where the last one ended', async (t) => {
  const b = await bench(t);
  await b.run(
    `create table s (id int, seen timestamptz); insert into s values (1, '2024-01-01 00:00:00.123456+00'), (2, '2024-01-02 00:00:00+00'), (3, null)`,
  );
  await b.destination.claim('p1');
  const source = await sourceOf(t, b);
  const info = await only(source, 's');
  const read = async (from: Json, policy = cursor()) =>
    await readAll(source, request(info, { mode: 'incremental', cursor: policy, from }));
  const first = await read(null);
  assert.equal(first.text.split('\n').length, 4);
  const at = '2024-01-02 00:00:00+00';
  assert.deepEqual(first.end.position, { kind: 'cursor', field: 'seen', value: at, bound: at });
  await b.run(`insert into s values (4, '2024-01-02 00:00:00+00'), (5, '2024-01-03 00:00:00.5+00')`);
  const second = await read(first.end.position, cursor({}, { nulls: 'skip' }));
  assert.deepEqual(
    second.text.split('\n').map((line) => line[0]),
    ['2', '4', '5', undefined],
  );
  const back = await read(second.end.position, cursor({ lookback: '2 days' }, { nulls: 'skip' }));
  assert.deepEqual(
    back.text.split('\n').map((line) => line[0]),
    ['2', '4', '5', undefined],
  );
  assert.match(back.end.proof?.guarantee ?? '', /lookback 2 days/);
  const range = await read(
    null,
    cursor({ from: '2024-01-01', to: '2024-01-02', toInclusive: false, advance: 'range-end' }, { nulls: 'skip' }),
  );
  assert.equal(range.text[0], '1');
  assert.deepEqual(range.end.position, { kind: 'cursor', field: 'seen', value: '2024-01-02', bound: '2024-01-02' });
  await assert.rejects(read(null, cursor({}, { nulls: 'fail' })), { code: 'cursor.null' });
  await b.run(`delete from s where seen is null; insert into s values (9, '2999-01-01 00:00:00+00')`);
  const future = await read(second.end.position);
  assert.ok(JSON.stringify(future.end.position) < JSON.stringify({ kind: 'cursor', field: 'seen', value: '2900' }));
  assert.match(future.end.proof?.warnings.join() ?? '', /in the future/);
  await b.run('delete from s');
  const none = await read(second.end.position);
  assert.deepEqual([none.text, none.end.position, none.end.proof?.rows], ['', second.end.position, { 'main.s': 0 }]);
  const lost = await read({ kind: 'other' });
  assert.equal(lost.end.proof?.warnings.length, 1);
  await assert.rejects(read(null, cursor({}, { field: 'nothere' })), { code: 'cursor.missing' });
});

test('a read that is left early leaves no files and no transaction', async (t) => {
  const b = await bench(t);
  await b.run(`create table s as select i as id, repeat('x', 100) as v from range(400000) r(i)`);
  const source = await sourceOf(t, b);
  for await (const event of source.read(request(await only(source, 's')))) {
    assert.equal(event.type, 'bytes');
    break;
  }
  assert.deepEqual(
    (await readdir(b.context.scratch)).filter((name) => name.endsWith('.csv')),
    [],
  );
});

test('what keeps a file from being read is said', async (t) => {
  const b = await bench(t);
  const source = await sourceOf(t, b);
  assert.deepEqual(
    (await source.check()).map(({ code }) => code),
    ['file.missing'],
  );
});
