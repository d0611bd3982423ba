/** Limits of a server, rows that go into a table, and what is kept of an import. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { usualImportLimits, type ImportLimits } from '../../../domain/import-limits.ts';
import { createApi } from '../../server.ts';
import { open, type Bench, type Fields } from './harness.ts';

let bench: Bench;
before(async () => {
  bench = await open();
});
after(async () => await bench.close());

const fields = [
  { label: 'Id', key: 'id', type: 'number' },
  { label: 'Mail', key: 'mail', type: 'email' },
];

test('rows go into a table of a connection, with a receipt; a key makes them take the place of older ones', async () => {
  const destination = { connection: 'warehouse', table: 'people', write: 'merge', key: ['id'] };
  const first = await bench.imported({ fields, destination }, 'id,mail\n1,a@example.com\n2,b@example.com\n3,x\n');
  assert.equal(first['status'], 'SUCCESSFUL', JSON.stringify(first));
  const { receipts, ...rest } = first['destination'] as Fields; // as documented
  assert.deepEqual(rest, { connection: 'warehouse', table: 'people' });
  const [{ state, written, rejected } = {}] = receipts as Fields[]; // a list
  assert.deepEqual([state, written, rejected], ['succeeded', 2, 0]);
  const second = await bench.imported({ fields, destination }, 'id,mail\n2,c@example.com\n');
  assert.equal(second['status'], 'SUCCESSFUL');
  const reply = await bench.native('POST', '/warehouse/query', { sql: 'select id, mail from people order by id' });
  assert.deepEqual((reply as { rows: unknown }).rows, [
    ['1', 'a@example.com'],
    ['2', 'c@example.com'],
  ]); // as documented
  const held = await bench.imported({ fields, destination, settings: { invalidDataBehavior: 'BLOCK_SUBMIT' } }, 'id,mail\n9,x\n');
  assert.deepEqual([held['status'], (held['destination'] as Fields)['receipts']], ['NEEDS_REVIEW', []]); // an object
  const none = { fields, original_filename: 'a.csv', destination: { connection: 'nowhere', table: 'x' } };
  const { status, body } = await bench.ask('POST', '/api/v1/headless/imports/', none);
  assert.deepEqual([status, body], [400, { destination: ['There is no connection "nowhere".'] }]);
});

test('what is kept of an import', async () => {
  const done = await bench.imported({ fields }, 'id,mail\n1,x\n');
  const { body } = await bench.ask('GET', `/api/v1/headless/imports/${String(done['id'])}/rehydration/`);
  assert.deepEqual(Object.keys(body as Fields), ['id', 'status', 'fields', 'settings', 'findings', 'errors']); // an object
});

test('limits, where a server has some: 429, and when to come again', async () => {
  const importLimits = { ...usualImportLimits, creates: 2, polls: 1, linkSeconds: 60, dataBytes: 20, trialRows: 1 };
  const api = createApi({ ...bench.state.ports, importLimits }, '0.0.0', 1_000_000);
  const key = await bench.state.token(['*'], 1);
  const ask = async (method: string, path: string, body?: object) => {
    const headers = { 'x-dromo-license-key': key, 'content-type': 'application/json' };
    const reply = await api.request(path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    return { status: reply.status, retry: reply.headers.get('retry-after'), body: (await reply.json()) as Fields };
  };
  const made = await ask('POST', '/api/v1/headless/imports/', { fields, original_filename: 'a.csv' });
  assert.equal(made.status, 201);
  const large = await ask('POST', '/api/v1/headless/imports/', {
    fields,
    initial_data: [{ id: 1, mail: 'someone@example.com' }],
  });
  assert.deepEqual([large.status, Object.keys(large.body)], [400, ['initial_data']]);
  const third = await ask('POST', '/api/v1/headless/imports/', { fields, original_filename: 'a.csv' });
  assert.deepEqual([third.status, Number(third.retry) > 1, Object.keys(third.body)], [429, true, ['detail']]);
  const path = `/api/v1/headless/imports/${String(made.body['id'])}/`;
  assert.equal((await ask('GET', path)).status, 200);
  const again = await ask('GET', path);
  assert.deepEqual([again.status, Number(again.retry) > 1], [429, true]);
});

test('how long lists are, and how long a file is awaited, as the server says', async () => {
  let now = Date.now();
  const clock = { now: () => new Date(now) };
  const served = (limits: Partial<ImportLimits>) => {
    const api = createApi({ ...bench.state.ports, clock, importLimits: { ...usualImportLimits, ...limits } }, '0.0.0', 1_000_000);
    return async (path: string, body?: object) => {
      const headers = { 'x-dromo-license-key': key, 'content-type': 'application/json' };
      const reply = await api.request(path, { headers, ...(body && { method: 'POST', body: JSON.stringify(body) }) });
      return { status: reply.status, body: (await reply.json()) as Fields };
    };
  };
  const key = await bench.state.token(['*'], 1);
  const small = served({ page: 2, window: 3, uploadSeconds: 7200 });
  const path = '/api/v1/headless/imports/';
  const { id } = (await small(path, { fields, original_filename: 'never.csv' })).body;
  for (const _ of [1, 2]) await small(path, { fields, original_filename: 'a.csv' });
  const shown = async (asked: string) => ((await small(`${path}${asked}`)).body['results'] as unknown[]).length; // a list
  assert.deepEqual([await shown(''), await shown('?limit=2'), await shown('?limit=1')], [2, 2, 1]);
  assert.deepEqual(await small(`${path}?limit=3`), { status: 400, body: { limit: ['at most 2'] } });
  assert.equal((await served({ page: 2000 })(`${path}?limit=2000`)).status, 200);
  assert.equal((await served({})(`${path}?limit=1001`)).status, 400);
  const windows = ['?start=1', '?start=1&end=9', '?start=1&end=2'];
  const ends = await Promise.all(windows.map(async (asked) => (await small(`/api/v1/uploads/${asked}`)).body['end']));
  assert.deepEqual(ends, [4, 4, 2]);

  const status = async () => (await small(`${path}${String(id)}/`)).body['status'];
  now += 7_199_000;
  assert.equal(await status(), 'AWAITING_UPLOAD');
  now += 2000;
  assert.equal(await status(), 'FAILED');
});

test('what is only tried out: so many rows', async () => {
  const lines = Array.from({ length: 120 }, (_, at) => `${at},a@example.com\n`).join('');
  const done = await bench.imported({ fields, settings: { developmentMode: true } }, `id,mail\n${lines}`);
  assert.equal(((await bench.rowsOf(done['id'])) as unknown[]).length, 100); // a list
});
