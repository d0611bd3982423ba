/** Behind a proxy that ends TLS: addresses that are handed out are the public ones, and who asks is whom a trusted proxy names. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { clientAddress } from '../net/client-address.ts';
import { parseNetworks } from '../net/addresses.ts';
import { startPostgres } from '../../test/support/postgres.ts';
import { openState } from '../../test/support/state.ts';
import { createApi } from './server.ts';

const server = await startPostgres();
const state = await openState(server);
after(async () => {
  await state[Symbol.asyncDispose]();
  await server.stop();
});
const proxies = parseNetworks('10.0.0.0/8');
assert.ok(proxies);
const clientOf = (remote: string, forwarded: string | undefined): string => clientAddress(remote, forwarded, proxies);
const plain = createApi(state.ports, '0.0.0');
const proxied = createApi({ ...state.ports, publicUrl: 'https://etl.example.com', clientOf }, '0.0.0');
const token = await state.token(['*']);

async function ask(
  api: typeof plain,
  method: string,
  path: string,
  body: object,
  from?: string,
): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${token}`, 'x-forwarded-for': '192.0.2.1, 198.51.100.7' };
  const socket = { incoming: { socket: { remoteAddress: from } } };
  const reply = await api.request(
    `/v1/workspaces/1${path}`,
    { method, headers, ...(method !== 'GET' && { body: JSON.stringify(body) }) },
    socket,
  );
  return (await reply.json()) as Record<string, unknown>;
}

test('links lead to the public address, and work wherever the request comes in', async () => {
  const { id } = await ask(plain, 'POST', '/files', { name: 'a.txt', size: 3 });
  const relative = await ask(plain, 'POST', `/files/${String(id)}/links`, { method: 'PUT' });
  assert.match(String(relative['url']), /^\/v1\/links\//);
  const { url } = await ask(proxied, 'POST', `/files/${String(id)}/links`, { method: 'PUT' });
  assert.match(String(url), /^https:\/\/etl\.example\.com\/v1\/links\//);
  const inside = String(url).replace('https://etl.example.com', 'http://10.1.2.3:8080');
  const sent = await proxied.request(inside, { method: 'PUT', body: 'abc', headers: { 'content-length': '3' } });
  assert.equal(sent.status, 200, await sent.text());
});

test('the audit log names the client that a trusted proxy names, and nobody else’s word', async () => {
  const seen: unknown[] = [];
  for (const [api, from] of [
    [proxied, '10.0.0.9'],
    [proxied, '203.0.113.9'],
    [plain, '10.0.0.9'],
  ] as const) {
    await ask(api, 'POST', '/files', { name: 'b.txt' }, from);
    const { data } = (await ask(plain, 'GET', '/audit?limit=1', {})) as { data?: readonly { ip: string }[] };
    seen.push(data?.[0]?.ip);
  }
  assert.deepEqual(seen, ['198.51.100.7', '203.0.113.9', '10.0.0.9']);
});

test('wrong keys are counted by client, not by proxy', async () => {
  const wrong = async (client: string): Promise<number> => {
    const headers = { authorization: `Bearer hg_x_${'y'.repeat(40)}`, 'x-forwarded-for': client };
    const socket = { incoming: { socket: { remoteAddress: '10.0.0.9' } } };
    return (await proxied.request('/v1/workspaces/1/runs', { headers }, socket)).status;
  };
  for (let count = 0; count < 60; count++) assert.equal(await wrong('198.51.100.8'), 401);
  assert.deepEqual([await wrong('198.51.100.8'), await wrong('198.51.100.9')], [429, 401]);
});
