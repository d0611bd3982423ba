import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { HeadgateError } from '../domain/error.ts';
import { Warehouses } from './supervisor.ts';

let scratch: string;
let warehouses: Warehouses;
before(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'warehouse-'));
  warehouses = new Warehouses();
});
after(async () => {
  await warehouses[Symbol.asyncDispose]();
  await rm(scratch, { recursive: true });
});

const never = new AbortController().signal;
/** No machine is fast enough to end it before it is told to. */
const endless = 'select sum(hash(range)) from range(1000000000000000)';
const path = (name: string): string => join(scratch, name);

/** The children of this process: the owners. */
function owners(): readonly number[] {
  const out = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' });
  return out
    .split('\n')
    .filter((line) => line.includes('owner'))
    .map((line) => Number(line.trim().split(' ')[0]));
}

test('statements, small and large results, as in our own process', async () => {
  await using duck = await warehouses.open({ path: path('a.duckdb') }, { scratch, signal: never });
  assert.equal(await duck.run('create table t as select i, i::text as s from range(10000) r(i)'), 10000);
  assert.deepEqual(await duck.rows('select max(i), null, 1.10::decimal(4,2) from t'), [['9999', null, '1.10']]);
  const { columns, batches } = await duck.stream('select * from t order by i');
  assert.deepEqual(
    columns.map(({ name }) => name),
    ['i', 's'],
  );
  let rows = 0;
  for await (const batch of batches) rows += batch.length;
  assert.equal(rows, 10000);
  await assert.rejects(duck.run('selec 1'), { code: 'query.invalid' });
});

test('a result that nobody wants to its end lets the next statement in', async () => {
  await using duck = await warehouses.open({ path: path('a.duckdb') }, { scratch, signal: never });
  for await (const batch of (await duck.stream('select * from range(1000000)')).batches) {
    assert.ok(batch.length > 0);
    break;
  }
  assert.deepEqual(await duck.rows('select 1'), [['1']]);
});

test('everybody who opens a file has the same process, and sees what others committed', async () => {
  await using one = await warehouses.open({ path: path('b.duckdb') }, { scratch, signal: never });
  await using two = await warehouses.open({ path: `${scratch}/./b.duckdb` }, { scratch, signal: never });
  await one.run('create table t as select 7 as i');
  assert.deepEqual(await two.rows('select i from t'), [['7']]);
});

test('an aborted signal stops what is running, for its own opener only', async () => {
  const stop = new AbortController();
  await using slow = await warehouses.open({ path: path('b.duckdb') }, { scratch, signal: stop.signal });
  await using other = await warehouses.open({ path: path('b.duckdb') }, { scratch, signal: never });
  const running = slow.rows(endless);
  setTimeout(() => stop.abort(new HeadgateError('run.cancelled', 'enough')), 100);
  await assert.rejects(running, { code: 'run.cancelled' });
  assert.deepEqual(await other.rows('select 1'), [['1']]);
});

test('a process that dies takes only its own work along, and what was acknowledged is there', async () => {
  const file = path('c.duckdb');
  const before = new Set(owners());
  await using duck = await warehouses.open({ path: file }, { scratch, signal: never });
  await duck.run('create table t as select i from range(1000) r(i)');
  const [owner] = owners().filter((pid) => !before.has(pid));
  assert.ok(owner);
  const running = duck.rows(endless);
  setTimeout(() => process.kill(owner, 'SIGKILL'), 100);
  await assert.rejects(running, { code: 'warehouse.lost' });
  await assert.rejects(duck.rows('select 1'), { code: 'warehouse.lost' });
  await using again = await warehouses.open({ path: file }, { scratch, signal: never });
  assert.deepEqual(await again.rows('select count(*) from t'), [['1000']]);
});

test('a child knows nothing of our environment', async () => {
  process.env['HEADGATE_CANARY'] = 'secret';
  const before = new Set(owners());
  await using duck = await warehouses.open({ path: path('d.duckdb') }, { scratch, signal: never });
  await duck.run('select 1');
  const [owner] = owners().filter((pid) => !before.has(pid));
  const environment = execFileSync('cat', [`/proc/${owner}/environ`], { encoding: 'utf8' });
  assert.doesNotMatch(environment, /HEADGATE_CANARY|secret/);
  delete process.env['HEADGATE_CANARY'];
});

test('what cannot be opened says so, and the next one can', async () => {
  await assert.rejects(warehouses.open({ path: path('none.duckdb'), readOnly: true }, { scratch, signal: never }), {
    code: 'file.missing',
  });
  await using duck = await warehouses.open({}, { scratch, signal: never });
  assert.deepEqual(await duck.rows('select 42'), [['42']]);
});
