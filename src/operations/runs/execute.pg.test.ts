/** Attempts of one run, with the engine between two real tables: what one of them has done, the next one does not do again. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startPostgres } from '../../../test/support/postgres.ts';
import { openState } from '../../../test/support/state.ts';
import { createApi } from '../../api/server.ts';
import { newId } from '../../domain/ids.ts';
import type { RunEnd } from '../../store/leases.ts';
import { insertRun, type RunRow } from '../../store/runs.ts';
import { silent } from '../log.ts';
import { executeRun } from './execute.ts';

const server = await startPostgres();
const state = await openState(server);
after(async () => {
  await state[Symbol.asyncDispose]();
  await server.stop();
});

const shop = await server.database('shop');
await server.sql(shop, 'create table orders as select i as id from generate_series(1, 200) i');
const api = createApi(state.ports, '0.0.0');
const token = await state.token(['*']);

async function post(path: string, body: object): Promise<string> {
  const headers = { authorization: `Bearer ${token}` };
  const reply = await api.request(`/v1/workspaces/1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  const { id } = (await reply.json()) as { id: string }; // our own JSON
  assert.equal(reply.status, 201);
  return id;
}

const { hostname, port, username, password } = new URL(shop);
const settings = { host: hostname, port: Number(port), database: 'shop', user: username, password };
const connection = await post('connections', { name: 'shop', connector: 'postgres', settings });

async function newRun(flows: readonly object[]): Promise<RunRow> {
  const pipeline = await post('pipelines', { name: 'p', source: connection, destination: connection, flows });
  return { ...(await insertRun(state.db, 1, newId('run'), pipeline, 'manual')), attempt: 1 };
}

const { signal } = new AbortController();
const execute = async (run: RunRow): Promise<RunEnd> => await executeRun(run, { ...state.ports, signal, log: silent });
const count = async (table: string): Promise<unknown> => (await server.sql(shop, `select count(*) from ${table}`))[0]?.[0];

test('an attempt that was cut off after its publish is not appended again, on whatever machine the next one is', async () => {
  const run = await newRun([{ stream: 'public.orders', into: 'appended', write: 'append' }]);
  assert.equal((await execute(run)).state, 'succeeded');
  // Nobody wrote the receipts down: that is what a kill leaves.
  const again = await execute({ ...run, attempt: 2 });
  assert.deepEqual([again.state, await count('appended')], ['succeeded', '200']);
  assert.match(again.receipts[0]?.evidence ?? '', /already published/);
  assert.equal(
    (await execute(await newRun([{ stream: 'public.orders', into: 'appended', write: 'append' }]))).state,
    'succeeded',
  );
  assert.equal(await count('appended'), '400');
});

test('a retry leaves alone what has succeeded, and does the rest', async () => {
  await server.sql(shop, 'create table blocked (id text not null, other int not null)');
  const run = await newRun([
    { stream: 'public.orders', into: 'good', write: 'replace' },
    { stream: 'public.orders', into: 'blocked', write: 'append', on_schema_change: 'freeze' },
  ]);
  const first = await execute(run);
  assert.deepEqual([first.state, first.receipts.map((one) => one.state)], ['failed', ['succeeded', 'failed']]);
  await server.sql(shop, 'drop table blocked; truncate good');
  const second = await execute({ ...run, attempt: 2, receipts: first.receipts });
  assert.deepEqual([second.state, await count('good'), await count('blocked')], ['succeeded', '0', '200']);
  assert.deepEqual(second.receipts[0], first.receipts[0]);
});

test('a flow that would be written into itself is refused, as on the command line', async () => {
  const { state: ended, error } = await execute(await newRun([{ stream: 'public.orders', write: 'append' }]));
  assert.equal(ended, 'failed');
  assert.match(JSON.stringify(error), /usage\.collision.*written into itself/);
  assert.equal(await count('orders'), '200');
});
