/** What the machinery gives to a dialect, over a real socket: order of checks, own errors, transactions, streams, links, numbers. */
import assert from 'node:assert/strict';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { getRequestListener } from '@hono/node-server';
import { acme, uploads } from '../../test/support/acme.ts';
import { startPostgres } from '../../test/support/postgres.ts';
import { openState } from '../../test/support/state.ts';
import { insertKey } from '../store/keys.ts';
import { serverPrincipal } from '../store/principals.ts';
import { insertWorkspace } from '../store/workspaces.ts';
import type { Route } from './dialect.ts';
import { native } from './dialects/native/index.ts';
import { createApi } from './server.ts';

const postgres = await startPostgres();
const state = await openState(postgres);
let now = new Date('2026-03-01T00:00:00Z');
const ports = { ...state.ports, clock: { now: () => now } };
const listener = getRequestListener(createApi(ports, '0.0.0', 100_000, [native, acme]).fetch);
const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
await once(server.listen(0, '127.0.0.1'), 'listening');
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // of a TCP server
after(async () => {
  server.closeAllConnections();
  server.close();
  await state[Symbol.asyncDispose]();
  await postgres.stop();
});
await insertWorkspace(state.db, 'other', 77);
const token = await state.token(['*'], 1);
const [, id = '', secret = ''] = token.split('_');
const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;
const here = '/acme/projects/1';

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

async function ask(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = { 'x-acme-license-key': token },
): Promise<Reply> {
  const reply = await fetch(`${origin}${path}`, {
    method,
    headers,
    redirect: 'error',
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const said = await reply.text();
  const json = /json/.test(reply.headers.get('content-type') ?? '') && said !== '';
  return { status: reply.status, headers: reply.headers, text: said, body: json ? (JSON.parse(said) as Reply['body']) : {} };
}

const make = async (title: string): Promise<Reply> => await ask('POST', `${here}/imports`, { title, file: 'a.csv' });
const at = ({ status, body }: Reply): unknown[] => [status, body['step']];

test('one key by every door, and a publishable one by none', async () => {
  const login = await ask('POST', '/acme/oauth/token', { client_id: id, client_secret: secret }, {});
  assert.equal(login.status, 200, login.text);
  const exchanged = await ask('POST', '/v1/oauth/token', 'grant_type=client_credentials', {
    authorization: basic(`${id}:${secret}`),
    'content-type': 'application/x-www-form-urlencoded',
  });
  assert.deepEqual([exchanged.status, exchanged.body['token_type'], exchanged.body['expires_in']], [200, 'Bearer', 3600]);
  const doors = [
    { 'X-Acme-License-KEY': token },
    { authorization: `Bearer ${token}` },
    { authorization: `bearer ${String(login.body['access_token'])}` },
    { authorization: `Bearer ${String(exchanged.body['access_token'])}` },
    { authorization: basic(`${id}:${secret}`) },
    { authorization: basic(`${token}:`) },
    { authorization: `Basic ${id}:${secret}` },
  ];
  for (const headers of doors) {
    assert.equal((await ask('GET', `${here}/imports`, undefined, headers)).status, 200, JSON.stringify(headers));
    if (!('X-Acme-License-KEY' in headers))
      assert.equal((await ask('GET', '/v1/workspaces/1/runs', undefined, headers)).status, 200, JSON.stringify(headers));
  }
  const browser = { id: 'browser', secret: 'p'.repeat(40) };
  const row = {
    id: browser.id,
    workspace: 1,
    name: 'b',
    kind: 'publishable' as const,
    scopes: ['*'],
    principal_id: serverPrincipal,
  };
  await insertKey(state.db, { ...row, secret_hash: state.ports.key.hash(browser.secret) });
  const shown = `hg_${browser.id}_${browser.secret}`;
  for (const headers of [
    { 'x-acme-license-key': shown },
    { authorization: `Bearer ${shown}` },
    { authorization: basic(`${shown}:`) },
  ]) {
    const refused = await ask('GET', `${here}/imports`, undefined, headers);
    assert.deepEqual([...at(refused), refused.headers.get('www-authenticate')], [401, 'key', 'Basic realm="acme"']);
  }
  assert.equal(
    (await ask('POST', '/acme/oauth/token', { client_id: browser.id, client_secret: browser.secret }, {})).status,
    401,
  );
  assert.equal((await ask('POST', '/acme/oauth/token', {}, {})).status, 400);
});

test('an access token ends with its hours, and with its key', async () => {
  const own = await state.token(['*'], 1);
  const [, key = '', word = ''] = own.split('_');
  const login = await ask('POST', '/acme/oauth/token', { client_id: key, client_secret: word }, {});
  const access = String(login.body['access_token']);
  const status = async (value: string): Promise<number> =>
    (await ask('GET', `${here}/imports`, undefined, { authorization: `Bearer ${value}` })).status;
  assert.equal(await status(access), 200);
  assert.equal(await status(access.replace(/_(\d+)_/, (_, end: string) => `_${Number(end) + 1}_`)), 401);
  assert.equal(
    (await ask('POST', '/v1/oauth/token', { grant_type: 'client_credentials' }, { authorization: `Bearer ${access}` })).status,
    401,
  );
  now = new Date(now.getTime() + 28_800_000);
  assert.equal(await status(access), 401);
  now = new Date('2026-03-01T00:00:00Z');
  await state.db.query('update headgate.api_keys set revoked_at = now() where id = $1', [key]);
  assert.equal(await status(access), 401);
});

test('401 before 403 before 404 before 400, whatever the body holds', async () => {
  const reader = { 'x-acme-license-key': await state.token(['pipelines:read'], 1) };
  const made = Number((await make('order')).body['id']);
  const bad = '{"title":';
  assert.deepEqual(at(await ask('PATCH', `${here}/imports/none`, bad, {})), [401, 'key']);
  assert.deepEqual(at(await ask('PATCH', `${here}/imports/none`, bad, reader)), [403, 'scope']);
  assert.deepEqual(at(await ask('PATCH', '/acme/projects/77/imports/none', bad)), [403, 'workspace']);
  assert.deepEqual(at(await ask('PATCH', '/acme/projects/nobody/imports/none', bad)), [403, 'workspace']);
  for (const name of ['none', '999', '%00', `${'9'.repeat(400)}`])
    assert.deepEqual(at(await ask('PATCH', `${here}/imports/${name}`, bad)), [404, 'object'], name);
  assert.deepEqual(at(await ask('PATCH', `${here}/imports/${made}`, bad)), [400, 'body']);
  assert.deepEqual(at(await ask('PATCH', `${here}/imports/${made}`, { title: '' })), [400, 'body']);
  assert.deepEqual(at(await ask('PATCH', `${here}/imports/${made}`, 'x'.repeat(20_000))), [413, 'body']);
  assert.deepEqual(at(await ask('GET', `${here}/imports?limit=many`)), [400, 'query']);
  const done = await ask('PATCH', `${here}/imports/${made}`, { title: 'better' });
  assert.deepEqual([done.status, done.body['title']], [200, 'better']);
});

test('nothing below its prefix answers in its own words, and other addresses do not', async () => {
  assert.deepEqual(at(await ask('GET', '/acme/nothing')), [404, 'path']);
  const other = await ask('PUT', `${here}/imports`, {});
  assert.deepEqual([...at(other), other.headers.get('allow')], [405, 'method', 'POST, GET']);
  assert.equal((await ask('GET', '/v1/nothing')).headers.get('content-type'), 'application/problem+json');
  assert.equal((await ask('GET', '/elsewhere')).body['code'], 'object.missing');
  assert.deepEqual(at(await ask('GET', `${here}/broken`)), [500, 'answer']);
});

test('a slash at the end and a doubled one change nothing; fixed names win; older addresses still work', async () => {
  const made = await ask('POST', '/acme//environments/@current/imports/', { title: 'x', file: 'a.csv', run_every: 5 });
  assert.deepEqual([made.status, made.body['runEvery']], [201, 5]);
  assert.equal(made.headers.get('location'), `${origin}${here}/imports/${String(made.body['id'])}`);
  assert.equal(made.headers.get('content-type'), 'application/json; charset=utf-8');
  assert.equal(made.headers.get('cache-control'), 'private, no-store');
  assert.equal((await ask('GET', `${here}/imports/${String(made.body['id'])}/`)).status, 200);
  assert.match((await ask('GET', `${here}/imports/kinds/?x=//y/`)).text, /people/);
  assert.equal((await ask('GET', `/v1/workspaces//1/runs/`, undefined, { authorization: `Bearer ${token}` })).status, 200);
});

test('a GET with a body, a POST whose body nobody reads, answers of zero bytes', async () => {
  const made = Number((await make('odd')).body['id']);
  const sent = httpRequest(`${origin}${here}/imports/${made}`, { headers: { 'x-acme-license-key': token, 'content-length': 2 } });
  sent.end('{}');
  const [reply] = (await once(sent, 'response')) as [IncomingMessage];
  assert.deepEqual([reply.statusCode, (JSON.parse(await text(reply)) as { id: number }).id], [200, made]);
  for (const body of [undefined, '', '{"', '[]', 'null'])
    assert.deepEqual([(await ask('POST', `${here}/imports/${made}/touch`, body)).text], ['']);
  const gone = await ask('DELETE', `${here}/imports/${made}`, { deleteData: true });
  assert.deepEqual([gone.status, gone.text, gone.headers.get('content-type')?.includes('json')], [204, '', true]);
  assert.equal((await ask('DELETE', `${here}/imports/${made}`)).status, 404);
});

test('several operations stand or fall together', async () => {
  const count = async (): Promise<unknown> =>
    await state.db.query(`select (select count(*) from headgate.connections) c, (select count(*) from headgate.pipelines) p,
      (select count(*) from headgate.external_objects) e, (select last from headgate.external_numbers where space = 'jobs') n`);
  await make('before');
  const before = await count();
  const refused = await ask('POST', `${here}/imports`, { title: 'x', file: 'a.csv', pipeline_name: 'x'.repeat(300) });
  assert.deepEqual([...at(refused), await count()], [400, 'work', before]);
});

test('lists by pages with totals in headers, arrays in the query, capitalised booleans', async () => {
  await ask('POST', `${here}/imports`, { title: 'p', file: 'a.csv', type: 'people' });
  const all = await ask('GET', `${here}/imports?type[]=people&type%5B%5D=none&archived=False`);
  const rows = JSON.parse(all.text) as readonly { type: string }[];
  assert.deepEqual([all.status, new Set(rows.map(({ type }) => type))], [200, new Set(['people'])]);
  const page = await ask('GET', `${here}/imports?limit=1&page_num=2`);
  assert.equal((JSON.parse(page.text) as unknown[]).length, 1);
  assert.equal(page.headers.get('x-pagination-current-page'), '2');
  assert.ok(Number(page.headers.get('x-pagination-total-entries')) >= 2);
  assert.equal((await ask('GET', `${here}/imports?limit=1&page_num=9999`)).text, '[]');
});

test('answers are streams, links need no key, do one thing and end', async () => {
  const made = Number((await make('streamed')).body['id']);
  const rows = await ask('GET', `${here}/imports/${made}/data`);
  assert.deepEqual([rows.headers.get('content-type'), rows.text], ['text/csv', `id\n${made}\n`]);
  const link = String((await ask('POST', `${here}/links`)).body['upload']).slice(origin.length);
  assert.equal((await ask('PUT', link, 'x'.repeat(100_000), { 'content-type': 'nonsense' })).status, 200);
  assert.deepEqual(uploads.at(-1), { workspace: 1, by: id, bytes: 100_000 });
  const large = await ask('PUT', link, 'x'.repeat(1_000_001), {});
  assert.deepEqual(at(large), [413, 'work']);
  for (const forged of [
    link.replace('/one', '/two'),
    link.replace('workspace=1', 'workspace=77'),
    link.replace(/.$/, 'x'),
    '/acme/upload/one',
  ])
    assert.deepEqual(at(await ask('PUT', forged, 'x', {})), [403, 'link'], forged);
  now = new Date(now.getTime() + 60_000);
  assert.deepEqual(at(await ask('PUT', link, 'x', {})), [403, 'link']);
  now = new Date('2026-03-01T00:00:00Z');
});

test('numbers are given out once, also to those that ask at once; names belong to their workspace', async () => {
  const twenty = await Promise.all(Array.from({ length: 20 }, async (_, n) => Number((await make(`n${n}`)).body['id'])));
  assert.equal(new Set(twenty).size, 20);
  const other = { 'x-acme-license-key': await state.token(['*'], 77) };
  assert.deepEqual(at(await ask('GET', `/acme/projects/77/imports/${twenty[0]}`, undefined, other)), [404, 'object']);
});

test('an idempotency key works here too, and repeats the headers', async () => {
  const headers = { 'x-acme-license-key': token, 'idempotency-key': 'k1' };
  const first = await ask('POST', `${here}/imports`, { title: 'once', file: 'a.csv' }, headers);
  const again = await ask('POST', `${here}/imports`, { title: 'once', file: 'a.csv' }, headers);
  assert.deepEqual([again.text, again.headers.get('location')], [first.text, first.headers.get('location')]);
  assert.equal(again.headers.get('idempotent-replayed'), 'true');
  const touch = `${here}/imports/${String(first.body['id'])}/touch`;
  for (let time = 0; time < 2; time++)
    assert.equal((await ask('POST', touch, '{}', { ...headers, 'idempotency-key': 'k2' })).text, '');
});

test('its document is for its users: each field has its type, each parameter says whether it is required', async () => {
  assert.equal((await ask('GET', '/acme/endpoints', undefined, {})).status, 401);
  const { body } = await ask('GET', '/acme/endpoints/');
  const paths = body['paths'] as Readonly<
    Record<string, Readonly<Record<string, { parameters: readonly Record<string, unknown>[] }>>>
  >;
  const made = paths['/projects/{project}/imports']?.['post'];
  const sent = made?.parameters.at(-1)?.['schema'] as { properties: Record<string, { type: string }>; required: string[] };
  assert.deepEqual(Object.keys(sent.properties), ['title', 'file', 'type', 'runEvery', 'pipelineName']);
  assert.deepEqual(sent.required, ['title', 'file']);
  assert.deepEqual(
    Object.values(sent.properties).map(({ type }) => type),
    ['string', 'string', 'string', 'integer', 'string'],
  );
  for (const one of Object.values(paths).flatMap((methods) => Object.values(methods)))
    for (const { in: place, required, type } of one.parameters)
      assert.ok(place === 'body' || (typeof required === 'boolean' && typeof type === 'string'));
});

test('a route without a scope cannot be written', () => {
  const facts = { method: 'GET', path: '/x', name: 'x', summary: 'x', documented: { replies: {} } } as const;
  const handle = async () => ({ status: 200 });
  // @ts-expect-error: a key, but no scope
  const first: Route = { ...facts, auth: 'key', handle };
  // @ts-expect-error: no word on who may ask
  const second: Route = { ...facts, scope: 'runs:read', handle };
  // @ts-expect-error: a scope that is none
  const third: Route = { ...facts, auth: 'signed', scope: 'runs', handle };
  assert.ok(first && second && third);
  for (const route of [...native.routes, ...acme.routes])
    assert.ok(route.auth === 'none' || /^(\*|\w+:(read|write))$/.test(route.scope), route.name);
});
