/** Files through the API: what arrives is what was sent, or nothing is there. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { crc32 } from 'node:zlib';
import { expireUploads, sweepObjects } from '../jobs/sweeper.ts';
import { startPostgres } from '../../test/support/postgres.ts';
import { openState } from '../../test/support/state.ts';
import { createApi } from './server.ts';

const server = await startPostgres();
const state = await openState(server);
let now = new Date('2026-03-01T12:00:00Z');
const clock = { now: () => now };
const limits = { file: 5_000_000, workspace: 20_000_000 };
const api = createApi({ ...state.ports, clock, fileLimits: limits }, '0.0.0');
after(async () => {
  await state[Symbol.asyncDispose]();
  await server.stop();
});

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  readonly body: Readonly<Record<string, unknown>>;
}

const admin = await state.token(['*']);
const here = '/v1/workspaces/1/files';

/** `body`: bytes as they are, everything else as JSON. `token` null = none. */
async function ask(
  method: string,
  path: string,
  body?: unknown,
  headers: object = {},
  token: string | null = admin,
): Promise<Reply> {
  const raw = body instanceof Uint8Array || body instanceof ReadableStream;
  const reply = await api.request(path, {
    method,
    headers: {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(body instanceof Uint8Array && { 'content-length': String(body.length) }),
      ...headers,
    },
    ...(body !== undefined && { body: raw ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body) }), // one of the two that it may be
    ...(body instanceof ReadableStream && { duplex: 'half' }),
  });
  const bytes = Buffer.from(await reply.arrayBuffer());
  const json = /json/.test(reply.headers.get('content-type') ?? '') && bytes.length > 0;
  return {
    status: reply.status,
    headers: reply.headers,
    bytes,
    body: json ? (JSON.parse(bytes.toString()) as Reply['body']) : {},
  };
}

async function create(given: object = {}): Promise<string> {
  const { status, body } = await ask('POST', here, { name: 'a.csv', ...given });
  assert.equal(status, 201, JSON.stringify(body));
  return String(body['id']);
}

async function stateOf(id: string): Promise<unknown> {
  return (await ask('GET', `${here}/${id}`)).body['state'];
}

async function link(id: string, method: 'GET' | 'PUT', more: object = {}): Promise<string> {
  const { status, body } = await ask('POST', `${here}/${id}/links`, { method, ...more });
  assert.equal(status, 201, JSON.stringify(body));
  return String(body['url']);
}

const sums = (data: Buffer) => ({
  sha256: createHash('sha256').update(data).digest('hex'),
  md5: createHash('md5').update(data).digest('hex'),
  crc32: crc32(data).toString(16).padStart(8, '0'),
});

async function sweep(): Promise<void> {
  await expireUploads(state.db, now);
  while ((await sweepObjects(state.db, state.ports.storage, now)) > 0);
}

const stored = async (): Promise<readonly string[]> =>
  await readdir(join(state.ports.dataDir, 'objects'), { recursive: true }).catch(() => []);

test('one PUT: what is got is what was put, with what was said about it', async () => {
  const data = randomBytes(700_001);
  const id = await create({ name: 'Zürich "1".csv', content_type: 'text/csv', size: data.length, ...sums(data) });
  assert.match(id, /^file_/);
  assert.equal((await ask('GET', `${here}/${id}/content`)).status, 409);
  const put = await ask('PUT', `${here}/${id}/content`, data);
  assert.deepEqual(
    [put.status, put.body['state'], put.body['size'], put.body['crc32']],
    [200, 'ready', data.length, sums(data).crc32],
  );
  const got = await ask('GET', `${here}/${id}/content`);
  assert.ok(got.bytes.equals(data));
  assert.equal(got.headers.get('content-type'), 'text/csv');
  assert.equal(got.headers.get('content-length'), String(data.length));
  assert.equal(
    got.headers.get('content-disposition'),
    `attachment; filename="Z_rich _1_.csv"; filename*=UTF-8''Z%C3%BCrich%20%221%22.csv`,
  );
  assert.equal(got.headers.get('x-content-type-options'), 'nosniff');
  const again = await ask('PUT', `${here}/${id}/content`, randomBytes(10));
  assert.deepEqual([again.status, again.body['code']], [409, 'object.conflict']);
  // Whoever has not heard the answer sends the same again.
  assert.deepEqual((await ask('PUT', `${here}/${id}/content`, data)).body, put.body);
  const empty = await create();
  assert.equal((await ask('PUT', `${here}/${empty}/content`, Buffer.alloc(0))).body['size'], 0);
  assert.equal((await ask('GET', `${here}/${empty}/content`)).bytes.length, 0);
});

test('what is not what was announced becomes nothing, and may be sent again', async () => {
  const data = randomBytes(10_000);
  const base64 = (text: string): string => Buffer.from(text, 'hex').toString('base64');
  const { sha256, md5 } = sums(data);
  const wrong = sums(randomBytes(1));
  for (const [given, headers, code] of [
    [{ sha256: wrong.sha256 }, {}, 'upload.checksum'],
    [{ md5: wrong.md5 }, {}, 'upload.checksum'],
    [{ crc32: wrong.crc32 }, {}, 'upload.checksum'],
    [{}, { 'content-md5': base64(wrong.md5) }, 'upload.checksum'],
    [{}, { 'content-digest': `sha-256=:${base64(wrong.sha256)}:` }, 'upload.checksum'],
    [{}, { 'content-digest': 'sha-512=:AAAA:' }, 'request.invalid'],
    [{}, { 'content-md5': 'AAAA' }, 'request.invalid'],
    [{ size: 9_999 }, {}, 'upload.incomplete'],
    [{}, { 'content-length': '10001' }, 'upload.incomplete'],
    [{}, { 'content-length': '9999' }, 'upload.incomplete'],
  ] as const) {
    const id = await create(given);
    const refused = await ask('PUT', `${here}/${id}/content`, data, headers);
    assert.deepEqual([refused.body['code'], await stateOf(id)], [code, 'pending'], JSON.stringify([given, headers]));
    assert.equal((await ask('GET', `${here}/${id}/content`)).status, 409);
  }
  const id = await create({ sha256: sha256.toUpperCase() });
  const digest = { 'content-digest': `sha-256=:${base64(sha256)}:`, 'content-md5': base64(md5) };
  assert.equal((await ask('PUT', `${here}/${id}/content`, randomBytes(10_000), digest)).body['code'], 'upload.checksum');
  assert.equal((await ask('PUT', `${here}/${id}/content`, data, digest)).body['state'], 'ready');
});

test('a sender that breaks off leaves nothing that anybody sees, and soon nothing at all', async () => {
  await sweep();
  const before = await stored();
  const id = await create({ size: 100_000 });
  let chunks = 0;
  const broken = new ReadableStream({
    pull(controller) {
      if ((chunks += 1) > 3) controller.error(new Error('gone'));
      else controller.enqueue(randomBytes(20_000));
    },
  });
  const reply = await ask('PUT', `${here}/${id}/content`, broken);
  assert.deepEqual([reply.body['code'], reply.body['retryable'], await stateOf(id)], ['upload.incomplete', true, 'pending']);
  const unsaid = await ask('PUT', `${here}/${await create()}/content`, new ReadableStream({ start: (it) => it.close() }));
  assert.equal(unsaid.body['code'], 'request.invalid');
  await sweep();
  assert.deepEqual(await stored(), before);
});

test('limits: of one file, of all of them together', async () => {
  const large = await ask('POST', here, { name: 'x', size: limits.file + 1 });
  assert.deepEqual([large.status, large.body['code']], [413, 'upload.large']);
  const id = await create();
  assert.equal(
    (await ask('PUT', `${here}/${id}/content`, Buffer.alloc(1), { 'content-length': String(limits.file + 1) })).status,
    413,
  );
  assert.equal(
    (await ask('PUT', `${here}/${id}/parts/1`, Buffer.alloc(1), { 'content-length': String(limits.file + 1) })).status,
    413,
  );
  const many = await Promise.all(Array.from({ length: 6 }, () => ask('POST', here, { name: 'x', size: limits.file })));
  const made = many.filter(({ status }) => status === 201);
  assert.ok(made.length <= 4);
  assert.ok(many.every(({ status }) => status === 201 || status === 413));
  for (const { body } of made) assert.equal((await ask('POST', `${here}/${String(body['id'])}/abort`)).body['state'], 'deleted');
  const own = async (storage_bytes: number | null): Promise<Reply> =>
    await ask('PUT', '/v1/workspaces/1/limits', { storage_bytes });
  assert.equal((await own(10)).status, 200);
  assert.equal((await ask('POST', here, { name: 'x', size: 11 })).body['code'], 'upload.large');
  await own(null);
  assert.equal((await ask('POST', here, { name: 'x', size: limits.file })).status, 201);
});

test('parts: in any order, listed, replaced, joined once', async () => {
  const parts = [randomBytes(100_000), randomBytes(50_000), randomBytes(7)];
  const data = Buffer.concat(parts);
  const id = await create({ size: data.length, sha256: sums(data).sha256 });
  const send = async (number: number, bytes: Buffer): Promise<Reply> => await ask('PUT', `${here}/${id}/parts/${number}`, bytes);
  const at = (number: number): Buffer => parts[number - 1] ?? Buffer.alloc(0);
  await Promise.all([3, 1].map(async (number) => assert.equal((await send(number, at(number))).status, 200)));
  const gap = await ask('POST', `${here}/${id}/complete`);
  assert.deepEqual([gap.status, gap.body['code']], [422, 'upload.incomplete']);
  assert.match(String(gap.body['detail']), /1 have not arrived, among them 2/);
  const page = await ask('GET', `${here}/${id}/parts?limit=1`);
  assert.deepEqual([page.body['has_more'], page.body['next_cursor']], [true, '1']);
  const rest = await ask('GET', `${here}/${id}/parts?cursor=1`);
  const [last] = rest.body['data'] as readonly Record<string, unknown>[]; // of a list
  assert.deepEqual([last?.['number'], last?.['size'], last?.['sha256']], [3, 7, sums(at(3)).sha256]);
  assert.equal((await send(2, randomBytes(50_000))).status, 200);
  assert.equal((await send(4, Buffer.alloc(1))).body['code'], 'upload.large');
  assert.equal((await ask('POST', `${here}/${id}/complete`, { parts: 4 })).body['code'], 'upload.incomplete');
  assert.equal((await ask('POST', `${here}/${id}/complete`)).body['code'], 'upload.checksum');
  assert.equal(await stateOf(id), 'pending');
  // What was joined wrongly is gone: everything is sent again.
  for (const number of [1, 2, 3]) await send(number, at(number));
  const all = await Promise.all(Array.from({ length: 4 }, () => ask('POST', `${here}/${id}/complete`, { parts: 3 })));
  for (const { status, body } of all)
    assert.deepEqual([status, body['state'], body['size']], [200, 'ready', data.length], JSON.stringify(body));
  assert.deepEqual((await ask('POST', `${here}/${id}/complete`)).body, all[0]?.body);
  assert.ok((await ask('GET', `${here}/${id}/content`)).bytes.equals(data));
  assert.equal((await ask('POST', `${here}/${id}/complete`, { sha256: '0'.repeat(64) })).body['code'], 'object.conflict');
  assert.equal((await send(1, at(1))).body['code'], 'object.conflict');
});

test('a part whose bytes are not those that were announced does not count', async () => {
  const id = await create();
  const good = randomBytes(100);
  const header = { 'content-md5': Buffer.from(sums(good).md5, 'hex').toString('base64') };
  assert.equal((await ask('PUT', `${here}/${id}/parts/1`, randomBytes(100), header)).body['code'], 'upload.checksum');
  assert.deepEqual((await ask('GET', `${here}/${id}/parts`)).body['data'], []);
  assert.equal((await ask('POST', `${here}/${id}/complete`)).body['code'], 'upload.incomplete');
  for (const number of ['0', '10001', 'x', '1.5']) {
    assert.equal((await ask('PUT', `${here}/${id}/parts/${number}`, good)).status, 400, number);
  }
});

test('ranges, and what a client has already', async () => {
  const data = randomBytes(1000);
  const id = await create();
  await ask('PUT', `${here}/${id}/content`, data);
  const get = async (headers: object): Promise<Reply> => await ask('GET', `${here}/${id}/content`, undefined, headers);
  const part = await get({ range: 'bytes=10-19' });
  assert.deepEqual(
    [part.status, part.headers.get('content-range'), part.headers.get('content-length')],
    [206, 'bytes 10-19/1000', '10'],
  );
  assert.ok(part.bytes.equals(data.subarray(10, 20)));
  assert.ok((await get({ range: 'bytes=-5' })).bytes.equals(data.subarray(995)));
  const none = await get({ range: 'bytes=1000-' });
  assert.deepEqual([none.status, none.headers.get('content-range'), none.body['code']], [416, 'bytes */1000', 'request.range']);
  const etag = part.headers.get('etag') ?? '';
  assert.equal((await get({ range: 'bytes=0-0', 'if-range': etag })).status, 206);
  assert.equal((await get({ range: 'bytes=0-0', 'if-range': '"other"' })).bytes.length, 1000);
  const known = await get({ 'if-none-match': `"x", ${etag}` });
  assert.deepEqual([known.status, known.bytes.length], [304, 0]);
  const head = await ask('HEAD', `${here}/${id}/content`);
  assert.deepEqual([head.status, head.headers.get('content-length'), head.bytes.length], [200, '1000', 0]);
});

test('links: one file, one verb, for a time, as long as their key lives; wrong ones answer alike', async () => {
  const key = await ask('POST', '/v1/workspaces/1/keys', { name: 'k', scopes: ['files:*'] });
  const token = String(key.body['token']);
  const data = randomBytes(5000);
  const id = await create();
  const made = await ask('POST', `${here}/${id}/links`, { method: 'PUT' }, {}, token);
  const put = String(made.body['url']);
  assert.equal(made.body['expires_at'], '2026-03-01T12:15:00.000Z');
  assert.equal((await ask('PUT', put, data, { origin: 'https://example.com' }, null)).body['state'], 'ready');
  const get = String((await ask('POST', `${here}/${id}/links`, { method: 'GET', expires_in: 60 }, {}, token)).body['url']);
  const got = await ask('GET', get, undefined, { range: 'bytes=0-99' }, null);
  assert.ok(got.bytes.equals(data.subarray(0, 100)));
  assert.equal(got.headers.get('access-control-allow-origin'), '*');
  assert.equal((await ask('HEAD', get, undefined, {}, null)).status, 200);
  const preflight = await ask('OPTIONS', put, undefined, { origin: 'https://example.com' }, null);
  assert.deepEqual([preflight.status, preflight.headers.get('access-control-allow-methods')], [204, 'GET, HEAD, PUT, POST']);
  assert.equal((await ask('GET', `${here}/${id}/content`)).headers.get('access-control-allow-origin'), null);

  const other = await create();
  const moved = new Date(now.getTime() + 61_000);
  const refusals = [];
  for (const wrong of [
    get.replace(/signature=.{4}/, 'signature=AAAA'),
    get.replace(/&signature=.*/, ''),
    get.replace(/expires=\d+/, 'expires=9999999999'),
    get.replace(/by=\w+/, 'by=admin'),
    get.replace(id, other),
    get.replace('workspace=1', 'workspace=77'),
    get.split('?')[0] ?? '',
    put.replace('PUT', 'GET'),
  ]) {
    refusals.push(await ask('GET', wrong, undefined, {}, null));
  }
  refusals.push(await ask('PUT', get, data, {}, null));
  const was = now;
  now = moved;
  refusals.push(await ask('GET', get, undefined, {}, null));
  now = was;
  assert.equal((await ask('GET', get, undefined, {}, null)).status, 200);
  await ask('DELETE', `/v1/workspaces/1/keys/${String(key.body['id'])}`);
  refusals.push(await ask('GET', get, undefined, {}, null));
  const said = refusals.map(({ status, body }) => JSON.stringify([status, { ...body, request_id: '' }]));
  assert.equal(new Set(said).size, 1, said.join('\n'));
  assert.equal(refusals[0]?.status, 403);
});

test('who may not read makes no link to read, and who may not write makes none', async () => {
  const id = await create();
  await ask('PUT', `${here}/${id}/content`, Buffer.from('x'));
  const writer = await state.token(['files:write'], 1);
  const reader = await state.token(['files:read'], 1);
  for (const token of [writer, reader]) {
    const refused = await ask('POST', `${here}/${id}/links`, { method: 'GET' }, {}, token);
    assert.deepEqual([refused.status, refused.body['code']], [403, 'access.scope']);
  }
  assert.equal((await ask('GET', `${here}/${id}/content`, undefined, {}, reader)).status, 200);
  assert.equal((await ask('PUT', `${here}/${await create()}/content`, Buffer.from('x'), {}, reader)).status, 403);
});

test("other people's files answer like those that are not there, to every verb", async () => {
  await ask('POST', '/v1/workspaces', { name: 'other', id: 77 });
  const theirs = String((await ask('POST', '/v1/workspaces/77/files', { name: 'x' })).body['id']);
  await ask('PUT', `/v1/workspaces/77/files/${theirs}/content`, Buffer.from('theirs'));
  const mine = await state.token(['*'], 1);
  for (const [method, path] of [
    ['GET', ''],
    ['DELETE', ''],
    ['GET', '/content'],
    ['PUT', '/content'],
    ['PUT', '/parts/1'],
    ['GET', '/parts'],
    ['POST', '/complete'],
    ['POST', '/abort'],
    ['POST', '/links'],
  ] as const) {
    const body = path === '/links' ? { method: 'GET' } : method === 'PUT' ? Buffer.from('x') : undefined;
    const answer = async (id: string): Promise<unknown> => {
      const reply = await ask(method, `${here}/${id}${path}`, body, {}, mine);
      return [reply.status, { ...reply.body, request_id: '' }];
    };
    assert.deepEqual(await answer(theirs), await answer('file_unknown'), `${method} ${path}`);
    assert.equal(((await answer(theirs)) as readonly unknown[])[0], 404); // as it is made above
  }
});

test('a file expires at its moment, and its bytes go after it; pending ones are given up', async () => {
  const id = await create({ expires_at: '2026-03-01T13:00:00Z' });
  await ask('PUT', `${here}/${id}/content`, randomBytes(1000));
  const waiting = await create();
  await ask('PUT', `${here}/${waiting}/parts/1`, randomBytes(1000));
  assert.equal((await ask('POST', here, { name: 'x', expires_at: '2026-03-01T11:00:00Z' })).status, 400);
  const was = now;
  now = new Date('2026-03-01T13:00:00Z');
  // Nobody has swept yet.
  assert.deepEqual([await stateOf(id), (await ask('GET', `${here}/${id}/content`)).status], ['expired', 409]);
  await sweep();
  assert.ok((await stored()).every((name) => !name.includes(id)));
  const expired = (await ask('GET', `${here}?state=expired`)).body['data'] as readonly Record<string, unknown>[]; // of a list
  assert.deepEqual(
    expired.map((file) => file['id']),
    [id],
  );
  assert.equal(await stateOf(waiting), 'pending');
  now = new Date('2026-03-09T13:00:00Z');
  assert.equal((await ask('POST', `${here}/${waiting}/complete`)).body['code'], 'object.conflict');
  await sweep();
  assert.ok((await stored()).every((name) => !name.includes(waiting)));
  now = was;
});

test('what is deleted is nobody’s any more, whatever it was', async () => {
  const ready = await create();
  await ask('PUT', `${here}/${ready}/content`, randomBytes(100));
  const pending = await create();
  await ask('PUT', `${here}/${pending}/parts/1`, randomBytes(100));
  const url = await link(pending, 'PUT', { part: 2 });
  for (const id of [ready, pending]) {
    assert.equal((await ask('DELETE', `${here}/${id}`)).status, 204);
    assert.equal(await stateOf(id), 'deleted');
    assert.equal((await ask('GET', `${here}/${id}/content`)).status, 409);
  }
  assert.equal((await ask('PUT', url, randomBytes(100), {}, null)).status, 409);
  await sweep();
  assert.ok((await stored()).every((name) => !name.includes(ready) && !name.includes(pending)));
  const listed = (await ask('GET', `${here}?limit=200`)).body['data'] as readonly Record<string, unknown>[]; // of a list
  assert.ok(listed.length > 0 && listed.every((file) => file['state'] !== 'deleted'));
});

test('of two that send the same file one is heard, and its bytes are the whole file', async () => {
  const id = await create();
  const bodies = [randomBytes(300_000), randomBytes(300_000)];
  const replies = await Promise.all(bodies.map(async (body) => await ask('PUT', `${here}/${id}/content`, body)));
  const statuses = replies.map(({ status }) => status);
  assert.deepEqual(statuses.toSorted(), [200, 409]);
  assert.ok((await ask('GET', `${here}/${id}/content`)).bytes.equals(bodies[statuses.indexOf(200)] ?? Buffer.alloc(0)));
});

test('whoever creates a file says how long its bytes are awaited; a week, unless they do', async () => {
  const at = (hours: number): string => new Date(now.getTime() + hours * 3_600_000).toISOString();
  const made = async (pending_until?: string) =>
    await ask('POST', here, { name: 'late.csv', ...(pending_until && { pending_until }) });
  assert.equal((await made()).body['pending_until'], at(7 * 24));
  const { status, body } = await made(at(2));
  assert.deepEqual([status, body['pending_until']], [201, at(2)]);
  for (const wrong of [at(0), at(-1), at(367 * 24)]) assert.equal((await made(wrong)).status, 400, wrong);
  now = new Date(at(2));
  const sent = await ask('PUT', `${here}/${String(body['id'])}/content`, Buffer.from('x'));
  assert.equal(sent.status, 409, JSON.stringify(sent.body));
});
