import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startPostgres, type TestPostgres } from '../../../test/support/postgres.ts';
import { headgate, type RunResult } from '../../../test/support/run.ts';

let server: TestPostgres;
let [shop, copy] = ['', ''];
const stateDir = mkdtempSync(join(tmpdir(), 'headgate-cli-'));

before(async () => {
  server = await startPostgres();
  [shop, copy] = [await server.database('shop'), await server.database('copy')];
  await server.sql(
    shop,
    `create table orders (id bigint primary key, note text, at timestamptz not null default now());
     create table events (note text);
     create schema crm; create table crm.orders (id int primary key);
     insert into orders select i, 'n' from generate_series(1, 500) i;
     insert into events values ('a'), ('a'), (null)`,
  );
});

after(async () => {
  await server.stop();
  rmSync(stateDir, { recursive: true, force: true });
});

const run = (...args: string[]): Promise<RunResult> => headgate(args, { env: { SHOP: shop, COPY: copy }, stateDir });
const sync = (...args: string[]): Promise<RunResult> => run('sync', 'env:SHOP', 'env:COPY', ...args);

const ofType = ({ json }: RunResult, type: string): RunResult['json'] => json.filter((line) => line['type'] === type);

test('several streams, each with a receipt that adds up', async () => {
  const result = await sync('--stream', '*.*', '--json');
  assert.equal(result.code, 0, result.stderr);
  const receipts = ofType(result, 'receipt');
  assert.deepEqual(receipts.map(({ stream, table, read, added }) => [stream, table, read, added]).sort(), [
    ['crm.orders', 'crm.orders', 0, 0],
    ['public.events', 'events', 3, 3],
    ['public.orders', 'orders', 500, 500],
  ]);
  assert.deepEqual(await server.sql(copy, 'select count(*) from orders'), [['500']]);
});

test('a stream that the options do not fit fails alone, and the summary lists it', async () => {
  const { code, stdout, stderr } = await sync('--stream', 'public.*', '--mode', 'mirror');
  assert.equal(code, 1);
  assert.match(stdout, /^public\.orders +500 .* done$/m);
  assert.match(stdout, /^public\.events .* failed$/m);
  assert.match(stderr, /error\[key\.missing\]: public\.events: mirror needs a key/);
});

test('collisions, itself and idle options are refused before anything runs', async () => {
  assert.equal((await sync('--stream', '*.orders', '--into', 'one')).code, 2);
  assert.equal((await run('sync', 'env:SHOP', 'env:SHOP', '--stream', 'orders')).code, 2);
  assert.equal((await sync('--stream', 'orders', '--cursor', 'at')).code, 2);
  assert.equal((await sync()).code, 2);
  assert.deepEqual(await server.sql(copy, "select count(*) from pg_tables where tablename = 'one'"), [['0']]);
});

test('the guard holds a mass delete with exit code 8, until it is allowed', async () => {
  await server.sql(shop, 'delete from orders where id > 100');
  const mirror = ['--stream', 'orders', '--mode', 'mirror'];
  const plan = await run('plan', 'env:SHOP', 'env:COPY', ...mirror, '--limit', '1');
  assert.equal(plan.code, 0, plan.stderr);
  assert.match(plan.stdout, /nothing was written[\s\S]*- delete 400 rows\n +id \d+ .*\n[\s\S]*would be held/);
  const held = await sync(...mirror);
  assert.equal(held.code, 8);
  assert.match(held.stdout, /error\[publish\.held\]/);
  assert.deepEqual(await server.sql(copy, 'select count(*) from orders'), [['500']]);
  assert.equal((await sync(...mirror, '--allow-delete')).code, 0);
  assert.deepEqual(await server.sql(copy, 'select count(*) from orders'), [['100']]);
});

test('verify names the key that differs, exit code 1', async () => {
  const verify = ['verify', 'env:SHOP', 'env:COPY', '--stream', 'orders'];
  const equal = await run(...verify);
  assert.equal(equal.code, 0, equal.stderr);
  assert.match(equal.stdout, /equal {2}100 rows the same/);
  await server.sql(copy, "update orders set note = 'x' where id = 42");
  const different = await run(...verify);
  assert.equal(different.code, 1);
  assert.match(different.stdout, /different values: 1\n +id 42 {2}in note/);
});

test('rows on stdout leave no room for anything else there', async () => {
  const { code, stdout, stderr } = await run('sync', 'env:SHOP', '-', '--format', 'csv', '--stream', 'events');
  assert.equal(code, 0, stderr);
  assert.equal(stdout, 'note\na\na\n\n');
  assert.match(stderr, /read 3 → written 3/);
});
