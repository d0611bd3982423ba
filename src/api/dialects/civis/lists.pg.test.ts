/** Lists, filters, pages, refusals and empty answers of the contract (1.6-1.8, 3.6), row by row over HTTP. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createApi } from '../../server.ts';
import { open, send, StandIn, type Fields, type Reply } from './harness.ts';

const bench = await open();
after(async () => await bench.close());
const client = new StandIn(bench);
const databases = await client.list('databases');
const [credential] = await client.list('credentials?type=Database&default=True');
const end = (name: string): Fields => ({
  remoteHostId: databases.find((one) => one['name'] === name)?.['id'],
  credentialId: credential?.['id'],
});
const [shop, warehouse] = [end('shop'), end('default')];
const me = await client.call('GET', 'users/me');
const parse = ({ text }: Reply): Fields => JSON.parse(text) as Fields;

const create = async (name: string, more: Fields = {}): Promise<Fields> =>
  await client.call('POST', 'imports', { name, syncType: 'Dbsync', isOutbound: true, source: shop, destination: warehouse, ...more }); // prettier-ignore
await create('plain');
await create('other way', { source: warehouse, destination: shop });
await create('secret', { hidden: true });
const archived = await create('archived');
await client.call('PUT', `imports/${String(archived['id'])}/archive`, { status: true });
await create('timed', { schedule: { scheduled: true, scheduledHours: [1] } });
await create('sheet', { syncType: 'GdocImport', source: null });
const failed = await create('failed');
const { runId } = await client.call('POST', `imports/${String(failed['id'])}/runs`);
await client.poll(`jobs/${String(failed['id'])}/runs/${String(runId)}`);

const names = async (path: string): Promise<readonly unknown[]> => (await client.list(path)).map(({ name }) => name).toSorted();

const lists: readonly (readonly [string, readonly string[]])[] = [
  ['', ['failed', 'other way', 'plain', 'sheet', 'timed']],
  ['hidden=True', ['secret']],
  ['archived=true', ['archived']],
  ['archived=all', ['archived', 'failed', 'other way', 'plain', 'sheet', 'timed']],
  ['type=GdocImport', ['sheet']],
  ['type=Dbsync,GdocImport', ['failed', 'other way', 'plain', 'sheet', 'timed']],
  ['type=Salesforce', []],
  ['type=GdocExport', []],
  [`destination=${String(shop['remoteHostId'])}`, ['other way']],
  [`type=Dbsync&source=${String(warehouse['remoteHostId'])}`, ['other way']],
  ['status=failed', ['failed']],
  ['status=scheduled', ['timed']],
  ['status=idle,failed', ['failed', 'other way', 'plain', 'sheet']],
  ['status=running', []],
  [`author=${String(me['id'])}`, ['failed', 'other way', 'plain', 'sheet', 'timed']],
  ['author=99999', []],
];

for (const [query, expected] of lists) {
  test(`3.6 imports?${query}`, async () => assert.deepEqual(await names(`imports?${query}`), expected));
}

test('1.3 the description in its newer form, for who asks for that', async () => {
  const form = async (query: string): Promise<Fields> => await client.call('GET', `endpoints${query}`);
  assert.equal((await form(''))['swagger'], '2.0');
  assert.equal((await form('?openapi_version=2.0'))['swagger'], '2.0');
  assert.match(String((await form('?openapi_version=3.0'))['openapi']), /^3\./);
});

test('4.1 no table has a tag', async () => {
  const tables = `tables?database_id=${String(shop['remoteHostId'])}`;
  assert.deepEqual(await client.list(`${tables}&table_tag_ids=1`), []);
});

test('3.6 orders, in both directions', async () => {
  const order = async (query: string): Promise<readonly unknown[]> => (await client.list(`imports?${query}`)).map((one) => one['name']); // prettier-ignore
  assert.deepEqual(await order('order=name&order_dir=asc'), ['failed', 'other way', 'plain', 'sheet', 'timed']);
  assert.deepEqual(await order('order=created_at'), ['failed', 'sheet', 'timed', 'other way', 'plain']);
  assert.deepEqual(await order('order=created_at&order_dir=asc'), ['plain', 'other way', 'timed', 'sheet', 'failed']);
  assert.equal((await order('order=last_run.updated_at'))[0], 'failed');
  assert.equal((await order('order=updated_at')).length, 5);
});

const one = String(failed['id']);
const run = String(runId);
const paged: readonly (readonly [string, number])[] = [
  ['imports', 50],
  ['imports/batches', 50],
  [`imports/files/${one}/runs`, 100],
  [`jobs/${one}/runs`, 100],
  ['jobs', 50],
  [`jobs/${one}/runs/${run}/outputs`, 50],
  ['credentials', 1000],
];
for (const [path, most] of paged) {
  test(`1.7 pages of ${path}`, async () => {
    const { status, headers } = await client.ask('GET', `${path}?limit=100000`);
    assert.deepEqual([status, headers['x-pagination-per-page'], headers['x-pagination-current-page']], [200, String(most), '1']);
    for (const name of ['total-pages', 'total-entries', 'per-page', 'current-page']) {
      assert.match(String(headers[`x-pagination-${name}`]), /^\d+$/);
      assert.match(String(headers['access-control-expose-headers']).toLowerCase(), new RegExp(`x-pagination-${name}`));
    }
    const behind = await client.ask('GET', `${path}?page_num=77`);
    assert.deepEqual([behind.status, behind.text], [200, '[]']);
    // Pages are fetched with and without a limit, the last one is followed by nothing.
    assert.equal((await client.ask('GET', `${path}?page_num=2&limit=100000`)).text, '[]');
    for (const wrong of ['limit=x', 'limit=1.5', 'page_num=0', 'order=nothing', 'order_dir=up'])
      assert.equal((await client.ask('GET', `${path}?${wrong}`)).status, 400, wrong);
  });
}

for (const path of [
  `imports/${one}/runs`,
  `imports/${one}/projects`,
  `imports/${one}/dependencies`,
  'databases',
  'storage_hosts',
  'remote_hosts',
  `jobs/${one}/runs/${run}/logs`,
]) /* prettier-ignore */ {
  test(`1.7 ${path} is one list`, async () => {
    const { status, headers } = await client.ask('GET', path);
    assert.deepEqual([status, headers['x-pagination-total-entries']], [200, undefined]);
  });
}

test('1.6 answers are JSON that nobody keeps; empty ones have no bytes', async () => {
  const { headers } = await client.ask('GET', `imports/${one}`);
  assert.deepEqual([headers['content-type'], headers['cache-control']], ['application/json; charset=utf-8', 'private, no-store']);
  const project = await client.call('POST', 'projects', { name: 'p', description: 'd' });
  const group = await client.call('POST', 'groups', { name: 'g' });
  const held = await create('held');
  const [pipeline] = await bench.state.db.query<{ object_id: string }>(
    "select object_id from headgate.external_objects where kind = 'job' and external_id = $1",
    [String(held['id'])],
  );
  await bench.state.db.query(
    `insert into headgate.runs (workspace_id, id, pipeline_id, state, cause, lease_until) values (1, 'run_held', $1, 'running', 'manual', now() + interval '1 hour')`,
    [pipeline?.object_id],
  );
  const [active] = await client.list(`imports/${String(held['id'])}/runs`);
  const quiet: readonly (readonly [string, string, number])[] = [
    ['PUT', `imports/${one}/projects/${String(project['id'])}`, 204],
    ['PUT', `imports/${one}/projects/${String(project['id'])}`, 204],
    ['DELETE', `imports/${one}/projects/${String(project['id'])}`, 204],
    ['DELETE', `imports/${one}/projects/${String(project['id'])}`, 204],
    ['DELETE', `imports/${one}/shares/groups/${String(group['id'])}`, 204],
    ['DELETE', `imports/files/${String(held['id'])}/runs/${String(active?.['id'])}`, 202],
  ];
  for (const [method, path, status] of quiet) {
    const reply = await client.ask(method, path);
    assert.deepEqual([reply.status, reply.text], [status, ''], path);
  }
  // 1.8: each family has its own words for a job that is at work.
  const busy = parse(await client.ask('POST', `imports/${String(held['id'])}/runs`));
  assert.deepEqual(busy, { error: 'conflict', errorDescription: 'The import cannot be queued because it is already active.', code: 409 }); // prettier-ignore
  const queued = parse(await client.ask('POST', `jobs/${String(held['id'])}/runs`));
  assert.deepEqual(queued, { error: 'already_running', errorDescription: 'The job cannot be queued because it is already running', code: 409 }); // prettier-ignore
  const cancelled = await client.ask('POST', `imports/${String(held['id'])}/cancel`);
  assert.equal(cancelled.status, 202);
  assert.deepEqual(parse(cancelled), { id: active?.['id'], state: 'running', isCancelRequested: true });
  await bench.state.db.query("update headgate.runs set state = 'cancelled', finished_at = now(), lease_until = null where id = 'run_held'"); // prettier-ignore
});

test('3.6 logs: the newest first, behind an entry in order; two headers say whether more comes', async () => {
  const file = await client.call('POST', 'files', { name: 'rows.csv' });
  await client.post(String(file['uploadUrl']), file['uploadFields'] as object, 'id\n1\nx\ny\n');
  const job = await client.call('POST', 'imports/files/csv', {
    source: { fileIds: [file['id']] },
    destination: { schema: 'logged', table: 't', ...shop },
    firstRowIsHeader: true,
    tableColumns: [{ name: 'id', sqlType: 'INT' }],
    maxErrors: 2,
  });
  const begun = await client.call('POST', `imports/files/csv/${String(job['id'])}/runs`);
  const path = `imports/files/csv/${String(job['id'])}/runs/${String(begun['id'])}`;
  assert.equal((await client.poll(path))['error'], null);
  const logs = `${path}/logs`;
  // 5.5: what was left out, by its place.
  const messages = (await client.list(logs)).map(({ message }) => String(message)).join('\n');
  for (const line of [3, 4]) assert.match(messages, new RegExp(`left out line ${line}\\b.*, field id`));
  const ids = async (query: string): Promise<readonly number[]> => (await client.list(`${logs}${query}`)).map(({ id }) => Number(id)); // prettier-ignore
  const all = await ids('');
  assert.ok(all.length > 1);
  assert.deepEqual(
    all,
    all.toSorted((a, b) => b - a),
  );
  assert.deepEqual(await ids('?last_id=0'), all.toReversed());
  assert.deepEqual(await ids(`?last_id=${all.at(-1)}`), all.slice(0, -1).toReversed());
  assert.deepEqual(await ids('?limit=1'), all.slice(0, 1));
  const { headers } = await client.ask('GET', `${logs}?last_id=${all[0]}`);
  assert.deepEqual([headers['civis-cache-control'], headers['civis-max-id']], ['private, max-age=86400', String(all[0])]);
});

test('1.8 bodies that are none of theirs, and what was nowhere', async () => {
  const headers = { authorization: `Basic ${Buffer.from(`${bench.token}:`).toString('base64')}`, 'content-type': 'application/json' }; // prettier-ignore
  for (const body of ['{', '[]', '1']) {
    const reply = await send(bench.url, 'POST', '/civis/imports', { headers, body });
    assert.deepEqual([reply.status, parse(reply)['error']], [400, 'bad_request'], body);
    assert.match(String(parse(reply)['errorDescription']), /^The given request was not as expected: /);
  }
  const sync = { source: { path: 'a.b' }, destination: { path: 'c.d' } };
  for (const [method, path, body] of [
    ['GET', 'imports/99999', {}],
    ['PUT', 'imports/99999/archive', { status: true }],
    ['POST', 'imports/99999/syncs', sync],
    ['PUT', `imports/${one}/syncs/99999`, sync],
    ['GET', `imports/files/${one}/runs/99999`, {}],
    ['GET', `imports/files/csv/${one}`, {}],
    ['GET', `imports/batches/${one}`, {}],
    ['PUT', `imports/${one}/projects/99999`, {}],
    ['POST', 'files/multipart/99999/complete', {}],
    ['GET', 'files/preprocess/csv/99999', {}],
    ['GET', 'scripts/sql/99999/runs', {}],
    ['GET', 'projects/99999', {}],
    ['GET', 'groups/99999', {}],
    ['GET', 'users/99999', {}],
    ['GET', 'credentials/99999', {}],
    ['GET', 'remote_hosts/99999', {}],
    ['GET', 'storage_hosts/99999', {}],
    ['GET', `databases/${String(shop['remoteHostId'])}/schemas/public/tables/nothing`, {}],
  ] as const) {
    const reply = await client.ask(method, path, body);
    assert.deepEqual([reply.status, parse(reply)['error'], parse(reply)['code']], [404, 'not_found', 404], path);
  }
});

test('1.9 too many requests are told when to come again', async () => {
  const api = createApi(bench.state.ports, '0.0.0', 2);
  const headers = { authorization: `Bearer ${bench.token}` };
  const statuses: number[] = [];
  for (let at = 0; at < 4; at++) {
    const reply = await api.request('/civis/users/me', { headers });
    statuses.push(reply.status);
    if (reply.status !== 429) continue;
    assert.match(reply.headers.get('retry-after') ?? '', /^[1-9]\d*$/);
    assert.equal(((await reply.json()) as Fields)['code'], 429);
  }
  assert.deepEqual(statuses.slice(0, 2), [200, 200]);
  assert.equal(statuses.at(-1), 429);
  // 1.2: whose key is none hears of it in a header.
  const stranger = await api.request('/civis/imports', { headers: { authorization: 'Bearer nothing' } });
  assert.deepEqual([stranger.status, stranger.headers.has('www-authenticate')], [401, true]);
});

for (const path of ['imports', 'imports/', '/imports', '//imports/', 'imports/?limit=1']) {
  test(`1.1 /civis/${path} is answered at once, without a detour`, async () => {
    const headers = { authorization: `Bearer ${bench.token}` };
    assert.equal((await send(bench.url, 'GET', `/civis/${path}`, { headers })).status, 200);
  });
}
