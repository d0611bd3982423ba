/** The native API over a real state database, without a socket: who may do what, and what every answer looks like. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startPostgres } from '../../test/support/postgres.ts';
import { openState } from '../../test/support/state.ts';
import { dialects } from './dialects/registry.ts';
import { createApi } from './server.ts';

const server = await startPostgres();
const state = await openState(server);
const api = createApi(state.ports, '0.0.0');
after(async () => {
  await state[Symbol.asyncDispose]();
  await server.stop();
});

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

async function ask(
  method: string,
  path: string,
  token: string | undefined,
  body?: unknown,
  headers: object = {},
): Promise<Reply> {
  const reply = await api.request(path, {
    method,
    headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await reply.text();
  return { status: reply.status, headers: reply.headers, body: text === '' ? {} : (JSON.parse(text) as Reply['body']) };
}

const admin = await state.token(['*']);
const here = '/v1/workspaces/1';
const postgres = { host: '127.0.0.1', port: 5432, database: 'd', user: 'u', password: 'Zaphod-42' };
let made = 0;
const connection = (): object => ({ name: `c ${(made += 1)}`, connector: 'postgres', settings: postgres });

test('every route needs a key that is valid, and says no more', async () => {
  const revoked = await ask('POST', `${here}/keys`, admin, { name: 'k', scopes: ['*'] });
  const token = String(revoked.body['token']);
  assert.equal((await ask('GET', `${here}/connections`, token)).status, 200);
  await ask('DELETE', `${here}/keys/${String(revoked.body['id'])}`, admin);
  const expired = await ask('POST', `${here}/keys`, admin, { name: 'k', scopes: ['*'], expires_at: '2020-01-01T00:00:00Z' });
  const answers = [];
  for (const one of [undefined, 'nonsense', `hg_abc_${'x'.repeat(40)}`, token, String(expired.body['token'])]) {
    for (const { method, path } of (dialects[0]?.routes ?? []).filter(({ auth }) => auth === 'key')) {
      const { status, body } = await ask(method, path.replaceAll(/:\w+/g, '1'), one);
      assert.equal(status, 401, `${method} ${path}`);
      if (one !== undefined && one !== 'nonsense') answers.push(JSON.stringify({ ...body, request_id: '' }));
    }
  }
  assert.equal(new Set(answers).size, 1);
});

test('the same key by every door: Bearer, Basic with id and secret, Basic with the token as the user', async () => {
  const [, id = '', secret = ''] = /^hg_([^_]+)_(.+)$/.exec(admin) ?? [];
  for (const text of [`${id}:${secret}`, `${admin}:`]) {
    const authorization = `Basic ${Buffer.from(text).toString('base64')}`;
    assert.equal((await ask('GET', `${here}/connections`, undefined, undefined, { authorization })).status, 200);
  }
});

test('a key does what its scopes say', async () => {
  const reader = await state.token(['connections:read'], 1);
  assert.equal((await ask('GET', `${here}/connections`, reader)).status, 200);
  const refused = await ask('POST', `${here}/connections`, reader, connection());
  assert.deepEqual([refused.status, refused.body['code']], [403, 'access.scope']);
  const keeper = await state.token(['keys:write', 'runs:read'], 1);
  assert.equal((await ask('POST', `${here}/keys`, keeper, { name: 'more', scopes: ['runs:*'] })).status, 403);
  assert.equal((await ask('POST', `${here}/keys`, keeper, { name: 'same', scopes: ['runs:read'] })).status, 201);
});

test('what belongs to another workspace answers like what is not there', async () => {
  const other = await ask('POST', '/v1/workspaces', admin, { name: 'other', id: 77 });
  assert.deepEqual([other.status, other.body['id']], [201, 77]);
  assert.equal((await ask('POST', '/v1/workspaces', admin, { name: 'again', id: 77 })).status, 409);
  const theirs = await ask('POST', '/v1/workspaces/77/connections', admin, connection());
  const mine = await state.token(['*'], 1);
  const same = ({ status, body }: Reply): string => JSON.stringify({ status, body: { ...body, request_id: '' } });
  for (const path of ['connections', 'pipelines', 'runs']) {
    const foreign = await ask('GET', `${here}/${path}/${String(theirs.body['id'])}`, mine);
    assert.equal(same(foreign), same(await ask('GET', `${here}/${path}/con_unknown`, mine)), path);
    assert.equal(foreign.status, 404);
  }
  assert.equal(same(await ask('GET', '/v1/workspaces/77/runs', mine)), same(await ask('GET', '/v1/workspaces/78/runs', mine)));
  assert.deepEqual(
    (await ask('GET', `${here}/connections?limit=200`, mine)).body['data'],
    (await ask('GET', `${here}/connections?limit=200`, admin)).body['data'],
  );
});

test('secrets go in and never come out', async () => {
  const created = await ask('POST', `${here}/connections`, admin, connection());
  assert.equal(created.status, 201);
  const ref = String(created.body['id']);
  const changed = await ask('PATCH', `${here}/connections/${ref}`, admin, { settings: { password: 'Trillian-43' } });
  assert.equal(changed.status, 200);
  const shown = [
    created,
    changed,
    await ask('GET', `${here}/connections/${ref}`, admin),
    await ask('GET', `${here}/connections`, admin),
  ];
  for (const reply of shown) assert.doesNotMatch(JSON.stringify(reply.body), /Zaphod|Trillian|password/);
  const rows = await state.db.query<{ text: string }>('select connections::text as text from headgate.connections');
  assert.doesNotMatch(rows.map(({ text }) => text).join(), /Zaphod|Trillian/);
});

test('every mistake of a request is named by a pointer', async () => {
  const bad = { name: '', source: 'x', destination: 'y', flows: [{ read: 'sometimes' }], what: 1 };
  const { status, headers, body } = await ask('POST', `${here}/pipelines`, admin, bad);
  assert.deepEqual([status, headers.get('content-type')], [400, 'application/problem+json']);
  const pointers = (body['errors'] as readonly { readonly pointer: string }[]).map(({ pointer }) => pointer);
  for (const pointer of ['/name', '/flows/0/read']) assert.ok(pointers.includes(pointer), pointers.join());
  for (const text of ['{', '[]', '1', '"x"'])
    assert.equal((await ask('POST', `${here}/pipelines`, admin, text)).status, 400, text);
  const settings = await ask('POST', `${here}/connections`, admin, {
    name: 'c',
    connector: 'postgres',
    settings: { port: 'Zaphod' },
  });
  assert.deepEqual([settings.status, /Zaphod/.test(JSON.stringify(settings.body))], [422, false]);
});

test('one idempotency key, one object', async () => {
  const header = { 'idempotency-key': 'k1' };
  const wish = connection();
  const first = await ask('POST', `${here}/connections`, admin, wish, header);
  const again = await ask('POST', `${here}/connections`, admin, wish, header);
  assert.deepEqual([again.status, again.body, again.headers.get('idempotent-replayed')], [201, first.body, 'true']);
  for (const name of ['etag', 'location']) assert.equal(again.headers.get(name), first.headers.get(name));
  assert.equal((await ask('GET', first.headers.get('location') ?? '', admin)).body['id'], first.body['id']);
  // A day later it is another request, and what is old has gone.
  await state.db.query("update headgate.idempotency set created_at = created_at - interval '25 hours'");
  await ask('POST', `${here}/connections`, admin, connection(), { 'idempotency-key': 'k0' });
  assert.equal((await state.db.query('select from headgate.idempotency')).length, 1);
  assert.notEqual((await ask('POST', `${here}/connections`, admin, wish, header)).body['id'], first.body['id']);
  assert.equal((await ask('POST', `${here}/connections`, admin, connection(), header)).body['code'], 'request.conflict');
  const many = await Promise.all(
    Array.from({ length: 8 }, () => ask('POST', `${here}/connections`, admin, wish, { 'idempotency-key': 'k2' })),
  );
  const ids = many.filter(({ status }) => status === 201).map(({ body }) => String(body['id']));
  assert.equal(new Set(ids).size, 1);
  assert.ok(many.every(({ status }) => status === 201 || status === 409));
});

test('a page that is being read does not move when rows arrive', async () => {
  for (let at = 0; at < 5; at++) await ask('POST', `${here}/connections`, admin, connection());
  const all = (await ask('GET', `${here}/connections?limit=200`, admin)).body['data'] as readonly { readonly id: string }[];
  const seen: string[] = [];
  for (let cursor = ''; ;) {
    const { body } = await ask('GET', `${here}/connections?limit=2${cursor}`, admin);
    seen.push(...(body['data'] as readonly { readonly id: string }[]).map(({ id }) => id));
    await ask('POST', `${here}/connections`, admin, connection());
    if (body['has_more'] !== true) break;
    cursor = `&cursor=${String(body['next_cursor'])}`;
  }
  assert.deepEqual(
    seen,
    all.map(({ id }) => id),
  );
});

test('who writes over a newer version is told', async () => {
  const created = await ask('POST', `${here}/connections`, admin, connection());
  const path = `${here}/connections/${String(created.body['id'])}`;
  const match = { 'if-match': created.headers.get('etag') ?? '' };
  assert.equal((await ask('PATCH', path, admin, { name: 'mine' }, match)).status, 200);
  for (const tag of [match['if-match'], 'nonsense', '"x"'])
    assert.equal((await ask('PATCH', path, admin, { name: 'theirs' }, { 'if-match': tag })).body['code'], 'object.changed');
  assert.equal((await ask('PATCH', path, admin, { name: 'any' }, { 'if-match': '*' })).status, 200);
});

test('a connection is found by its slug, and stays while a pipeline uses it', async () => {
  const c = await ask('POST', `${here}/connections`, admin, { ...connection(), slug: 'shop' });
  const p = await ask('POST', `${here}/pipelines`, admin, {
    name: 'p',
    slug: 'daily',
    source: 'shop',
    destination: 'shop',
    flows: [{ stream: 'a' }],
  });
  assert.deepEqual([p.status, p.body['source']], [201, c.body['id']]);
  assert.equal((await ask('DELETE', `${here}/connections/shop`, admin)).status, 409);
  const run = await ask('POST', `${here}/pipelines/daily/trigger`, admin);
  assert.deepEqual([run.status, run.body['state']], [202, 'queued']);
  const jobs = await state.db.query('select from graphile_worker.jobs where key = $1', [run.body['id']]);
  assert.equal(jobs.length, 1);
  const cancelled = await ask('POST', `${here}/runs/${String(run.body['id'])}/cancel`, admin);
  assert.deepEqual([cancelled.status, cancelled.body['state']], [202, 'cancelled']);
  assert.equal((await ask('POST', `${here}/runs/${String(run.body['id'])}/cancel`, admin)).status, 409);
});

test('the document lists every route, with its scope, and nothing else', async () => {
  const { body } = await ask('GET', '/openapi.json', undefined);
  const paths = body['paths'] as Readonly<Record<string, Readonly<Record<string, { readonly 'x-scope'?: string }>>>>;
  const listed = Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`));
  const routes = (dialects[0]?.routes ?? []).map(
    ({ method, path }) => `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, '{$1}')}`,
  );
  assert.deepEqual(listed.toSorted(), routes.toSorted());
  const open = Object.values(paths).flatMap((methods) => Object.values(methods).filter((one) => one['x-scope'] === undefined));
  assert.equal(open.length, (dialects[0]?.routes ?? []).filter(({ auth }) => auth === 'none').length);
});

test('nothing at an address is a 404, another method a 405, and a body that is too large a 413', async () => {
  assert.equal((await ask('GET', '/v1/nothing', admin)).status, 404);
  const large = await ask('POST', `${here}/connections`, admin, `{"name":"${'x'.repeat(11_000_000)}"}`);
  assert.equal(large.status, 413);
  const other = await ask('PUT', `${here}/connections`, admin, {});
  assert.deepEqual([other.status, other.headers.get('allow'), other.body['code']], [405, 'GET, POST', 'request.method']);
});

test('the reference is there for everybody, and nothing of it comes from elsewhere or runs', async () => {
  for (const path of ['/docs', '/docs/', '/docs/errors']) {
    const page = await api.request(path);
    assert.equal(page.status, 200, path);
    assert.match(page.headers.get('content-security-policy') ?? '', /^default-src 'none'; style-src 'self';/);
    assert.match(await page.text(), /<link rel="stylesheet" href="\/docs\/style\.css"/);
  }
  assert.match((await api.request('/docs/style.css')).headers.get('content-type') ?? '', /^text\/css/);
  const lost = await ask('GET', `${here}/runs/none`, admin);
  const [address = '', place = ''] = String(lost.body['doc_url']).split('#');
  assert.ok((await (await api.request(address)).text()).includes(`id="${place}"`));
});

test('metrics are for keys that see everything, and count what was answered', async () => {
  const scrape = async (token?: string): Promise<Response> =>
    await api.request('/metrics', token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
  assert.equal((await scrape()).status, 401);
  assert.equal((await scrape(await state.token(['*'], 1))).status, 403);
  await ask('GET', `${here}/connections`, admin);
  const reply = await scrape(await state.token(['runs:read']));
  assert.equal(reply.status, 200);
  const text = await reply.text();
  assert.match(text, /^headgate_request_seconds_count\{dialect="native",route="connections\.list",status="200"\} [1-9]/m);
  assert.match(text, /^headgate_queue_oldest_seconds \d/m);
  assert.match(text, /^headgate_process_resident_memory_bytes \d/m);
});
