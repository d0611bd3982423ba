/** What connections can bear, how fresh tables are, and whether the process can work: through the API, with a worker beside it. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { addPipeline } from '../../test/support/pipelines.ts';
import { startPostgres } from '../../test/support/postgres.ts';
import { openState } from '../../test/support/state.ts';
import { wake } from '../jobs/queue.ts';
import { pass } from '../jobs/scheduler.ts';
import { startWorker, type Execute } from '../jobs/worker.ts';
import { openLog } from '../observe/log.ts';
import { noTraces } from '../observe/traces.ts';
import { findRun, insertRun } from '../store/runs.ts';
import { newId } from '../domain/ids.ts';
import { createApi } from './server.ts';

const server = await startPostgres();
const state = await openState(server);
const { db } = state;
after(async () => {
  await state[Symbol.asyncDispose]();
  await server.stop();
});
// A Monday.
let time = new Date('2026-01-05T07:00:00Z');
const clock = { now: () => time };
const lines: string[] = [];
const log = openLog({ level: 'debug', format: 'json', write: (line) => lines.push(line) });
const watch = { log, traces: noTraces };
const api = createApi({ ...state.ports, clock }, '0.0.0', 60_000, undefined, watch);
const token = await state.token(['*']);

async function ask(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Readonly<Record<string, unknown>> }> {
  const reply = await api.request(path.startsWith('/') ? path : `/v1/workspaces/1/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'x-request-id': 'req-1' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: reply.status, body: (await reply.json()) as Readonly<Record<string, unknown>> };
}

async function connection(policy: object): Promise<string> {
  const settings = { path: 'a.csv', format: 'csv' };
  const { status, body } = await ask('POST', 'connections', { name: 'c', connector: 'file', settings, policy });
  assert.equal(status, 201, JSON.stringify(body));
  return String(body['id']);
}

async function start(pipeline: string): Promise<string> {
  return await db.tx(async (tx) => {
    const { id } = await insertRun(tx, 1, newId('run'), pipeline, 'manual');
    await wake(tx, id);
    return id;
  });
}

async function until(run: string, done: (row: Awaited<ReturnType<typeof findRun>>) => boolean): Promise<void> {
  while (!done(await findRun(db, 1, run))) await wait(10);
}

const receipt = { stream: 's', table: 't', state: 'succeeded', written: 3, read: 3, rejected: 0, deleted: 0 };
const succeed = { state: 'succeeded', receipts: [receipt], error: null } as unknown as Awaited<ReturnType<Execute>>; // as much of one as is looked at

async function working(execute: Execute): Promise<AsyncDisposable> {
  const worker = await startWorker(db, execute, {
    concurrency: 8,
    limits: { perWorkspace: 100, perConnection: 100 },
    clock,
    watch,
  });
  return { [Symbol.asyncDispose]: async () => await worker.stop(0) };
}

const night = { hours: { zone: 'UTC', windows: [{ from: '22:00', to: '06:00' }] } };

test('a run waits until its connections are open, also one that was started by hand', async () => {
  await using _worker = await working(() => Promise.resolve(succeed));
  const closed = await connection(night);
  const pipeline = await addPipeline(db, { source_id: closed, destination_id: await connection({}) });
  const run = await start(pipeline);
  await until(run, (row) => row?.retry_at !== null);
  const waiting = await findRun(db, 1, run);
  assert.deepEqual([waiting?.state, waiting?.retry_at?.toISOString()], ['queued', '2026-01-05T22:00:00.000Z']);
  const { data } = (await ask('GET', `runs/${run}/logs`)).body as { data: readonly { message: string }[] };
  assert.match(data[0]?.message ?? '', /waits until 2026-01-05T22:00/);
  time = new Date('2026-01-05T22:00:00Z');
  await pass(db, time);
  await until(run, (row) => row?.state === 'succeeded');
});

test('what has begun is handed back between two tables, and goes on when it may', async () => {
  time = new Date('2026-01-06T05:59:00Z');
  const closing = await connection(night);
  const pipeline = await addPipeline(db, { source_id: closing, destination_id: closing });
  await using _worker = await working(async (run, { closedUntil }) => {
    if (run.receipts.length > 0) return succeed;
    time = new Date('2026-01-06T06:00:00Z');
    const retryAt = await closedUntil();
    assert.ok(retryAt);
    return { ...succeed, state: 'retrying', retryAt };
  });
  const run = await start(pipeline);
  await until(run, (row) => row?.state === 'retrying');
  assert.deepEqual((await findRun(db, 1, run))?.failures, 0);
  time = new Date('2026-01-06T22:00:00Z');
  await pass(db, time);
  await until(run, (row) => row?.state === 'succeeded');
});

test('sessions of a connection bound its readers and its runs', async () => {
  const narrow = await connection({ sessions: 3 });
  const seen = new Set<number | undefined>();
  let [atOnce, most] = [0, 0];
  await using _worker = await working(async (_run, { readers }) => {
    seen.add(readers);
    most = Math.max(most, (atOnce += 1));
    await wait(5);
    atOnce -= 1;
    return succeed;
  });
  const runs = [];
  for (let at = 0; at < 6; at++) runs.push(await start(await addPipeline(db, { source_id: narrow, destination_id: narrow })));
  for (const run of runs) await until(run, (row) => row?.state === 'succeeded');
  assert.deepEqual([most, [...seen]], [1, [2]]);
  const changed = await ask('PATCH', `connections/${narrow}`, { policy: {} });
  assert.deepEqual(changed.body['policy'], {});
  assert.equal((await ask('PATCH', `connections/${narrow}`, { policy: { sessions: 1 } })).status, 400);
});

test('how fresh a table is, in the API and as a metric', async () => {
  await using _worker = await working(() => Promise.resolve(succeed));
  const pipeline = await addPipeline(db, { slug: 'fresh' });
  const before = Date.now();
  const run = await start(pipeline);
  await until(run, (row) => row?.state === 'succeeded');
  const { data } = (await ask('GET', 'pipelines/fresh/tables')).body as { data: readonly Readonly<Record<string, unknown>>[] };
  assert.deepEqual([data[0]?.['table'], data[0]?.['run'], data[0]?.['rows_written']], ['t', run, 3]);
  assert.ok(new Date(String(data[0]?.['fresh_at'])).getTime() >= before - 60_000);
  const metrics = await (await api.request('/metrics', { headers: { authorization: `Bearer ${token}` } })).text();
  const line = metrics.split('\n').find((one) => one.startsWith('headgate_table_age_seconds') && one.includes('fresh'));
  assert.match(line ?? '', /headgate_table_age_seconds\{workspace="1",pipeline="fresh",table="t"\} \d/);
});

test('ready: database, migrations, disk; otherwise it says what is not', async () => {
  const ready = await ask('GET', '/readyz');
  assert.deepEqual(ready, { status: 200, body: { status: 'ready', checks: { database: 'ok', migrations: 'ok', disk: 'ok' } } });
  const behind = createApi({ ...state.ports, migrations: [1, 999_999] }, '0.0.0');
  const reply = await behind.request('/readyz');
  const { checks } = (await reply.json()) as { checks: Readonly<Record<string, string>> };
  assert.deepEqual([reply.status, checks['database'], checks['migrations']], [503, 'ok', 'failed']);
  const nowhere = createApi({ ...state.ports, dataDir: '/nonexistent/place' }, '0.0.0');
  assert.equal((await nowhere.request('/readyz')).status, 503);
});

test('lines of the process say what they are about', () => {
  const said = lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  const begun = said.find(({ message }) => message === 'the run begins');
  assert.deepEqual([begun?.['workspace'], typeof begun?.['pipeline'], typeof begun?.['run']], ['1', 'string', 'string']);
  const answered = said.find(({ route }) => route === 'connections.create');
  assert.deepEqual([answered?.['status'], answered?.['request'], answered?.['workspace']], [201, 'req-1', '1']);
  assert.ok(!lines.join().includes(token));
});
