import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { Duck, DuckOptions } from '../sdk/context.ts';
import { openDuck } from './duck.ts';

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'headgate-duck-'));
  t.after(async () => await rm(path, { recursive: true, force: true }));
  return path;
}

const open = async (t: TestContext, options: DuckOptions = {}, signal = new AbortController().signal): Promise<Duck> => {
  const duck = await openDuck(options, { scratch: await folder(t), signal });
  t.after(async () => await duck[Symbol.asyncDispose]());
  return duck;
};

test('values of every type arrive as exact text', async (t) => {
  const duck = await open(t);
  const cases: readonly (readonly [string, string | null])[] = [
    ['9223372036854775807::bigint', '9223372036854775807'],
    ['18446744073709551615::ubigint', '18446744073709551615'],
    ["'-170141183460469231731687303715884105728'::hugeint", '-170141183460469231731687303715884105728'],
    ["'12345678901234567890.1234567890'::decimal(38,10)", '12345678901234567890.1234567890'],
    ["timestamp '2024-03-10 02:30:00.123456'", '2024-03-10 02:30:00.123456'],
    ["timestamptz '2024-03-10 02:30:00.123456+02'", '2024-03-10 00:30:00.123456+00'],
    ["'0044-03-15 (BC)'::date", '0044-03-15 BC'],
    ["'0044-03-15 (BC) 10:00:00'::timestamp", '0044-03-15 10:00:00 BC'],
    ["'infinity'::timestamp", 'infinity'],
    ["'nan'::double", 'NaN'],
    ["'-inf'::float", '-Infinity'],
    ['true', 'true'],
    ['null::boolean', null],
    ["'\\x00\\xFFa'::blob", '\\x00ff61'],
    ["interval '14 months 3 days 4 seconds'", '1 year 2 mons 3 days 00:00:04'],
    ['[1, null, 3]', '{"1",NULL,"3"}'],
    [`['a"b', 'c\\d']`, '{"a\\"b","c\\\\d"}'],
    ['[[1],[2,3]]', '{{"1"},{"2","3"}}'],
    ["{'a': 1, 'b': 'x'}", "{'a': 1, 'b': x}"],
    [`'{"a":  1.10,"a":12345678901234567890}'::json`, '{"a":  1.10,"a":12345678901234567890}'],
    ["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid", 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
    ["''", ''],
  ];
  for (const [sql, text] of cases) assert.deepEqual(await duck.rows(`select ${sql} as v`), [[text]], sql);
});

test('equal column names, trailing semicolons and comments are no obstacle', async (t) => {
  const duck = await open(t);
  const { columns, batches } = await duck.stream('select 1 as a, 2.5 as a; -- the end');
  assert.deepEqual(columns, [
    { name: 'a', type: 'INTEGER' },
    { name: 'a', type: 'DECIMAL(2,1)' },
  ]);
  assert.deepEqual(await Array.fromAsync(batches), [[['1', '2.5']]]);
  assert.deepEqual(await duck.rows('select i from range(3) t(i) order by i desc'), [['2'], ['1'], ['0']]);
});

test('run counts the rows of the last statement', async (t) => {
  const duck = await open(t);
  assert.equal(await duck.run('create table t as select i from range(5) r(i)'), 5);
  assert.equal(await duck.run('insert into t values (9); delete from t where i < 2'), 2);
  assert.equal(await duck.run('drop table t'), 0);
});

test('a large result streams', async (t) => {
  const duck = await open(t);
  let rows = 0;
  for await (const batch of (await duck.stream("select i, repeat('x', 200) from range(300000) t(i)")).batches) {
    assert.ok(batch.length <= 2048);
    rows += batch.length;
  }
  assert.equal(rows, 300000);
});

test('a locked database reads no files, keeps its settings and takes one SELECT', async (t) => {
  const dir = await folder(t);
  await writeFile(join(dir, 'x.csv'), 'secret\n');
  const path = join(dir, 'a.duckdb');
  {
    await using duck = await openDuck({ path }, { scratch: dir, signal: new AbortController().signal });
    await duck.run('create table t as select 42 as i');
  }
  const duck = await open(t, { path, locked: true, readOnly: true });
  assert.deepEqual(await duck.rows('from t'), [['42']]);
  for (const sql of [
    `select * from read_csv('${dir}/x.csv')`,
    `select * from read_text('/etc/passwd')`,
    'set enable_external_access = true',
    "set memory_limit = '9GB'",
    'select 1; select 2',
    'insert into t values (1)',
    `copy t to '${dir}/out.csv'`,
    `attach '${dir}/b.duckdb'`,
    'select 1) union (select 2',
  ]) {
    await assert.rejects(async () => await duck.rows(sql), { code: 'query.invalid' }, sql);
    await assert.rejects(async () => await duck.run(sql), { code: 'query.invalid' }, sql);
  }
});

test('an abort interrupts the statement', async (t) => {
  const controller = new AbortController();
  const duck = await open(t, {}, controller.signal);
  const running = duck.rows('select count(*) from range(100000000000) a(i) where hash(i) = 1');
  setTimeout(() => controller.abort(), 50);
  await assert.rejects(running, { code: 'run.cancelled' });
  await assert.rejects(async () => await duck.rows('select 1'), { code: 'run.cancelled' });
});

test('two handles of one file share one instance', async (t) => {
  const path = join(await folder(t), 'a.duckdb');
  const [one, two] = [await open(t, { path }), await open(t, { path })];
  await one.run('create table t(i int); insert into t values (1)');
  await one[Symbol.asyncDispose]();
  await two.run('insert into t values (2)');
  const reading = await open(t, { path, readOnly: true });
  assert.equal((await reading.rows('from t')).length, 2);
  await reading[Symbol.asyncDispose]();
  await assert.rejects(async () => await open(t, { path, readOnly: true, locked: true }), { code: 'warehouse.locked' });
  await two[Symbol.asyncDispose]();
  const again = await open(t, { path, readOnly: true });
  assert.deepEqual(await again.rows('select i from t order by 1'), [['1'], ['2']]);
});

/** What readers and writers leave behind, each with what it has of a large table. */
const leavings: readonly (readonly [string, (duck: Duck, abort: () => void) => Promise<unknown>])[] = [
  ['read to its end', async (duck) => await duck.rows('select i from large')],
  ['read in part', async (duck) => await first(duck)],
  ['not read at all', async (duck) => await duck.stream('select i from large')],
  ['read until it was aborted', async (duck, abort) => await first(duck, abort)],
  ['failing in the middle', async (duck) => await duck.rows(`select (if(i = 900000, 'x', i::varchar))::int from large`)],
  [
    'written while it closes',
    async (duck) => {
      duck.run(endless).catch(() => undefined);
      await wait(50);
    },
  ],
];
const endless = 'create table more as select a.i + b.i as i from large a, large b';

async function first(duck: Duck, then = (): void => {}): Promise<void> {
  for await (const batch of (await duck.stream('select i from large')).batches) {
    assert.ok(batch.length > 0);
    then();
    return;
  }
}

for (const [name, work] of leavings) {
  test(`a closed file is free for others, also where something was ${name}`, async (t) => {
    const path = join(await folder(t), 'a.duckdb');
    const controller = new AbortController();
    const duck = await open(t, { path }, controller.signal);
    await duck.run('create table large as select i from range(1000000) r(i)');
    await work(duck, () => controller.abort()).catch(() => undefined);
    await duck[Symbol.asyncDispose]();
    // A second process cannot open what is still open in this one.
    const script = `
      const { openDuck } = await import(${JSON.stringify(new URL('duck.ts', import.meta.url).href)});
      const duck = await openDuck({ path: ${JSON.stringify(path)} }, { scratch: '/tmp', signal: new AbortController().signal });
      console.log(JSON.stringify(await duck.rows('select count(*) from large')));`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    assert.equal((await text(child.stdout)).trim(), '[["1000000"]]');
  });
}

test('a file that another process has open is named', async (t) => {
  const path = join(await folder(t), 'a.duckdb');
  const script = `
    const { openDuck } = await import(${JSON.stringify(new URL('duck.ts', import.meta.url).href)});
    await openDuck({ path: ${JSON.stringify(path)} }, { scratch: '/tmp', signal: new AbortController().signal });
    console.log('open'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  await assert.rejects(
    async () => await open(t, { path }),
    (error: Error & { code?: string }) =>
      error.code === 'warehouse.locked' && error.message.includes(path) && error.message.includes(`${child.pid}`),
  );
});

test('what stands in the data does not decide what happened', async (t) => {
  const dir = await folder(t);
  const duck = await open(t);
  await duck.run('create table s(v varchar primary key)');
  const words = [
    'corrupt',
    'Corrupt database file: computed checksum 1 does not match stored checksum 2',
    'WAL file',
    'the database has been invalidated',
    'unquoted value',
    'Maximum line size',
    'Expected Number of Columns: 2',
    'CSV Error on Line: 3',
    'Error when converting column "n"',
    'No space left on device',
    'INTERRUPT',
  ];
  for (const [at, word] of words.entries()) {
    const path = join(dir, `${at}.csv`);
    const quoted = `"${word.replaceAll('"', '""')}"`;
    await writeFile(path, `1,a\n${quoted},b\n`);
    await duck.run(`insert into s values ('${word}')`);
    const read = (types: string): string =>
      `select * from read_csv('${path}', columns = {${types}}, auto_detect = false, quote = '"')`;
    const cases: [Promise<unknown>, string][] = [
      [duck.rows(`select '${word}'::int`), 'value.invalid'],
      [duck.rows(read(`'n': 'INTEGER', 's': 'VARCHAR'`)), 'value.invalid'],
      [duck.rows(read(`'n': 'VARCHAR', 's': 'VARCHAR', 'more': 'VARCHAR'`)), 'file.format'],
      [duck.run(`insert into s values ('${word}')`), 'key.duplicate'],
      [duck.rows(`select nothing, '${word}' from s`), 'query.invalid'],
    ];
    for (const [failing, code] of cases) await assert.rejects(failing, { code }, `${word}: ${code}`);
  }
  await writeFile(join(dir, 'half.ndjson'), '{"a":"\\ud800"}\n');
  await assert.rejects(duck.rows(`select * from read_ndjson('${dir}/half.ndjson')`), { code: 'file.format' });
});

test('errors name what happened, never values or SQL', async (t) => {
  const dir = await folder(t);
  await writeFile(join(dir, 'bad.csv'), '1\nHUSH\n');
  await writeFile(join(dir, 'bad.duckdb'), 'HUSH'.repeat(5000));
  const duck = await open(t);
  await duck.run('create table t(i int not null, unique (i)); insert into t values (7)');
  const read = `read_csv('${dir}/bad.csv', columns = {'amount': 'INTEGER'}, auto_detect = false)`;
  for (const [sql, code, says] of [
    [`select 'HUSH'::int`, 'value.invalid', ''],
    [`select * from ${read}`, 'value.invalid', 'line 2 does not fit the field "amount"'],
    ['insert into t values (7)', 'key.duplicate', ''],
    ['insert into t values (null)', 'key.null', 't.i'],
    ['selec HUSH', 'query.invalid', ''],
    ["select 'HUSH' from nowhere", 'query.invalid', 'nowhere'],
    ["select nothere, 'HUSH' from t", 'query.invalid', 'nothere'],
    [`select * from read_csv('${dir}/none.csv')`, 'file.missing', ''],
  ] as const) {
    await assert.rejects(
      async () => await (sql.startsWith('insert') ? duck.run(sql) : duck.rows(sql)),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, code, `${sql}: ${error.message}`);
        assert.ok(error.message.includes(says) && !`${error.stack}${String(error.cause)}`.includes('HUSH'), error.message);
        return true;
      },
    );
  }
  await assert.rejects(async () => await open(t, { path: join(dir, 'bad.duckdb') }), { code: 'warehouse.damaged' });
  await assert.rejects(async () => await open(t, { path: join(dir, 'none.duckdb'), readOnly: true }), { code: 'file.missing' });
});
