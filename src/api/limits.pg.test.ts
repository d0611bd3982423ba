/** What a workspace may have and do: what is beyond is refused or waits, and nothing is lost. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { after, afterEach, test } from 'node:test';
import { startPostgres } from '../../test/support/postgres.ts';
import { openState } from '../../test/support/state.ts';
import { pass } from '../jobs/scheduler.ts';
import { startWorker, type Execute } from '../jobs/worker.ts';
import { executeRun } from '../operations/runs/execute.ts';
import { isQuiet } from '../store/due.ts';
import { findRun } from '../store/runs.ts';
import { RequestCount } from './requests.ts';
import { createApi } from './server.ts';

const server = await startPostgres();
const state = await openState(server);
after(async () => {
  await state[Symbol.asyncDispose]();
  await server.stop();
});
let now = new Date('2026-03-31T12:00:00Z');
const clock = { now: () => now };
const api = createApi({ ...state.ports, clock }, '0.0.0', undefined, undefined, undefined, () => now.getTime());
const admin = await state.token(['*']);

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

async function ask(method: string, path: string, body?: object, token = admin): Promise<Reply> {
  const headers = { authorization: `Bearer ${token}` };
  const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
  const reply = await api.request(`/v1/workspaces/1${path}`, init);
  return { status: reply.status, headers: reply.headers, body: (await reply.json()) as Reply['body'] };
}

const all = (names: readonly string[], value: unknown): object => Object.fromEntries(names.map((name) => [name, value]));
const none = all(
  ['connections', 'pipelines', 'runs_a_day', 'rows_a_month', 'storage_bytes', 'requests_a_minute', 'ranges'],
  null,
);
afterEach(async () => void (await ask('PUT', '/limits', none)));

const file = { name: 'c', connector: 'file', settings: { path: 'a.csv', format: 'csv' } };
const usage = async (): Promise<Reply['body']> => (await ask('GET', '/usage')).body;
const { id: connection } = (await ask('POST', '/connections', file)).body;
const spec = { name: 'p', source: connection, destination: connection, flows: [{ stream: 'a' }] };

async function pipeline(more: object = {}): Promise<string> {
  return String((await ask('POST', '/pipelines', { ...spec, ...more })).body['id']);
}

const runOf = async (reply: Promise<Reply>): Promise<string> => String((await reply).body['id']);

async function until(run: string, wanted: string): Promise<void> {
  while ((await ask('GET', `/runs/${run}`)).body['state'] !== wanted) await wait(20);
}

const receipt = (written: number): object => ({
  state: 'succeeded',
  ...all(['read', 'written', 'added'], written),
  ...all(['changed', 'deduplicated', 'rejected', 'deleted', 'bytes', 'seconds'], 0),
  ...all(['run', 'stream', 'table', 'mode', 'lane', 'guarantee', 'evidence'], ''),
  ...all(['checksums', 'warnings', 'columns'], []),
  ...all(['from', 'to', 'token'], null),
});
/** Ten rows a run. */
const ten: Execute = async () => ({ state: 'succeeded', receipts: [receipt(10)], error: null }) as unknown as ReturnType<Execute>; // as the engine's

async function working(): Promise<AsyncDisposable> {
  const worker = await startWorker(state.db, ten, { concurrency: 2, limits: { perWorkspace: 9, perConnection: 9 }, clock });
  return { [Symbol.asyncDispose]: async () => await worker.stop(0) };
}

test('of twenty that are made at once as many come into being as there is room for', async () => {
  const before = Number((await usage())['connections']);
  assert.equal((await ask('PUT', '/limits', { connections: before + 3, pipelines: 0 })).status, 200);
  const replies = await Promise.all(Array.from({ length: 20 }, () => ask('POST', '/connections', file)));
  const made = replies.filter(({ status }) => status === 201);
  assert.equal(made.length, 3);
  const refused = replies.find(({ status }) => status !== 201);
  assert.deepEqual([refused?.status, refused?.body['code']], [403, 'limit.reached']);
  assert.equal((await ask('POST', '/pipelines', spec)).body['code'], 'limit.reached');
  assert.equal((await usage())['connections'], before + 3);
});

test('an archived pipeline is not counted, and comes back where there is room for it', async () => {
  const [first, second] = [await pipeline(), await pipeline()];
  assert.equal((await ask('POST', `/pipelines/${first}/archive`)).status, 200);
  await ask('PUT', '/limits', { pipelines: (await usage())['pipelines'] });
  for (const [method, path, body] of [
    ['POST', `/pipelines/${first}/unarchive`, undefined],
    ['PATCH', `/pipelines/${first}`, { state: 'active' }],
  ] as const) {
    assert.equal((await ask(method, path, body)).body['code'], 'limit.reached', path);
  }
  assert.equal((await ask('GET', `/pipelines/${first}`)).body['state'], 'archived');
  const listed = async (query: string): Promise<readonly string[]> => {
    const { data } = (await ask('GET', `/pipelines?limit=200${query}`)).body as { data: readonly { readonly id: string }[] };
    return [first, second].filter((pipeline) => data.some(({ id }) => id === pipeline));
  };
  assert.deepEqual(await listed(''), [second]);
  assert.deepEqual(await listed('&state=archived'), [first]);
  assert.deepEqual(await listed('&state=active'), [second]);
  assert.equal((await ask('GET', '/pipelines?state=gone')).body['code'], 'request.invalid');
  assert.equal((await ask('PATCH', `/pipelines/${first}`, { name: 'still away' })).status, 200);
  assert.equal((await ask('POST', `/pipelines/${second}/archive`)).status, 200);
  assert.equal((await ask('POST', `/pipelines/${first}/unarchive`)).body['state'], 'paused');
});

test('only keys of the whole server limit a workspace', async () => {
  const own = await state.token(['*'], 1);
  assert.equal((await ask('PUT', '/limits', { connections: 1000 }, own)).body['code'], 'access.scope');
  assert.equal((await ask('PUT', '/limits', { requests_a_minute: 0 })).status, 400);
  assert.equal((await ask('PUT', '/limits', { ranges: { rows: { yearly: 1 } } })).status, 400);
  assert.deepEqual((await ask('GET', '/usage', undefined, own)).body['limits'], none);
});

test('a run beyond those of the day is refused, a scheduled one waits and says so, and the next day all of them run', async () => {
  const id = await pipeline();
  const scheduled = await pipeline({ schedule: { kind: 'interval', every: 1, unit: 'hours', start: '2026-03-31T00:00:00Z' } });
  {
    await using _worker = await working();
    await until(await runOf(ask('POST', `/pipelines/${id}/trigger`)), 'succeeded');
    assert.deepEqual([(await usage())['runs_today'], (await usage())['rows_this_month']], [1, 10]);
    await ask('PUT', '/limits', { runs_a_day: 1 });
    const refused = await ask('POST', `/pipelines/${id}/trigger`);
    assert.deepEqual([refused.status, refused.body['code'], refused.body['retryable']], [429, 'limit.period', true]);
    now = new Date('2026-03-31T13:00:00Z');
    assert.equal(await pass(state.db, now), 1);
    const [{ id: run } = { id: '' }] = await state.db.query<{ id: string }>(
      "select id from headgate.runs where pipeline_id = $1 and state = 'queued'",
      [scheduled],
    );
    for (let lines: readonly { readonly message?: unknown }[] = []; lines.length === 0;) {
      lines = (await ask('GET', `/runs/${run}/logs`)).body['data'] as typeof lines;
      if (lines.length > 0) assert.match(String(lines[0]?.message), /waits: the workspace has used up/);
    }
    assert.equal((await ask('GET', `/runs/${run}`)).body['state'], 'queued');
    // A clock for tests does not wait for it.
    assert.ok(await isQuiet(state.db, now));
    now = new Date('2026-04-01T00:00:00Z');
    await until(run, 'succeeded');
  }
  // A new day, and a new month.
  assert.deepEqual([(await usage())['runs_today'], (await usage())['rows_this_month']], [1, 10]);
  await ask('PUT', '/limits', { runs_a_day: null, rows_a_month: 10 });
  assert.equal((await ask('POST', `/pipelines/${id}/trigger`)).body['code'], 'limit.period');
  await ask('PUT', '/limits', { rows_a_month: 11 });
  assert.equal((await ask('POST', `/pipelines/${id}/trigger`)).status, 202);
});

test('a run that begins while the files weigh too much fails with the reason, and publishes nothing', async () => {
  const folder = join(state.ports.dataDir, 'files', '1');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'heavy.csv'), 'x'.repeat(5000));
  assert.equal((await usage())['storage_bytes'], 5000);
  await ask('PUT', '/limits', { storage_bytes: 5000 });
  const row = await findRun(state.db, 1, await runOf(ask('POST', `/pipelines/${await pipeline()}/trigger`)));
  assert.ok(row);
  const { signal } = new AbortController();
  const end = await executeRun(row, { ...state.ports, signal, log: { info: () => undefined, warn: () => undefined } });
  assert.deepEqual([end.state, end.receipts, (end.error as { readonly code: string }).code], ['failed', [], 'limit.reached']);
});

test('all keys of a workspace share its requests, which are counted', async () => {
  const others = await state.token(['*'], 1);
  await ask('PUT', '/limits', { requests_a_minute: 2 });
  const tokens = [admin, others, admin, others];
  const replies = [];
  for (const token of tokens) replies.push(await ask('GET', '/runs', undefined, token));
  assert.deepEqual(
    replies.map(({ status }) => status),
    [200, 200, 429, 429],
  );
  assert.ok(Number(replies[3]?.headers.get('retry-after')) >= 1);
  await state.db.query('delete from headgate.limits');
  const before = Number((await usage())['requests_today']);
  const counted = new RequestCount({ db: state.db, clock });
  for (let at = 0; at < 3; at++) counted.add(1);
  await counted.flush();
  assert.ok(Number((await usage())['requests_today']) >= before + 3);
});
