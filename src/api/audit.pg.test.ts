/** Who did what, who was refused, and how often one key may ask. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startPostgres } from '../../test/support/postgres.ts';
import { openState } from '../../test/support/state.ts';
import { insertAudit } from '../store/audit.ts';
import { createApi } from './server.ts';

const server = await startPostgres();
const state = await openState(server);
after(async () => {
  await state[Symbol.asyncDispose]();
  await server.stop();
});
const api = createApi(state.ports, '0.0.0');
const here = '/v1/workspaces/1';

async function ask(method: string, path: string, token: string, body?: unknown, ip?: string): Promise<Response> {
  const init = {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  };
  return await api.request(path, init, ip === undefined ? {} : { incoming: { socket: { remoteAddress: ip } } });
}

interface Entry {
  readonly actor: string;
  readonly operation: string;
  readonly object: string | null;
  readonly outcome: string | null;
  readonly ip: string | null;
}

async function log(token: string): Promise<readonly Entry[]> {
  const reply = await ask('GET', `${here}/audit?limit=200`, token);
  assert.equal(reply.status, 200);
  return ((await reply.json()) as { data: readonly Entry[] }).data;
}

const idOf = (token: string): string => token.split('_')[1] ?? '';

test('what changes something is logged with its outcome, and what was refused too; reading is not', async () => {
  const [admin, reader, foreign] = [
    await state.token(['*']),
    await state.token(['connections:read'], 1),
    await state.token(['*'], 1),
  ];
  const file = { name: 'c', slug: 'c', connector: 'file', settings: { path: 'a.csv', format: 'csv' } };
  const made = (await (await ask('POST', `${here}/connections`, admin, file, '192.0.2.7')).json()) as { id: string };
  await ask('POST', `${here}/connections`, admin, file);
  await ask('POST', `${here}/connections`, admin, { name: '' });
  await ask('GET', `${here}/connections/c`, admin);
  await ask('POST', `${here}/connections`, reader, file);
  await ask('DELETE', '/v1/workspaces/999/connections/x', foreign);
  await ask('DELETE', `${here}/connections/none`, admin);
  await ask('DELETE', `${here}/connections/c`, admin);
  const entries = (await log(admin))
    .toReversed()
    .map(({ actor, operation, object, outcome, ip }) => [actor, operation, object, outcome, ip]);
  assert.deepEqual(entries, [
    [idOf(admin), 'connections.create', made.id, 'done', '192.0.2.7'],
    [idOf(admin), 'connections.create', null, 'state.conflict', null],
    [idOf(admin), 'connections.create', null, 'request.invalid', null],
    [idOf(reader), 'connections.create', null, 'access.scope', null],
    [idOf(foreign), 'connections.delete', null, 'object.missing', null],
    [idOf(admin), 'connections.delete', 'none', 'object.missing', null],
    [idOf(admin), 'connections.delete', 'c', 'done', null],
  ]);
  assert.equal((await ask('GET', `${here}/audit`, reader)).status, 403);
});

test('the log only grows', async () => {
  await insertAudit(state.db, {
    id: 'aud_x',
    workspace: 1,
    actor: 'a',
    principal_id: null,
    operation: 'o',
    object_id: null,
    ip: null,
    request_id: null,
  });
  for (const sql of [
    "update headgate.audit_log set actor = 'b'",
    "update headgate.audit_log set actor = 'b', outcome = 'done' where id = 'aud_x'",
    "update headgate.audit_log set outcome = 'other' where outcome is not null",
    'delete from headgate.audit_log',
    'truncate headgate.audit_log',
  ]) {
    await assert.rejects(state.db.query(sql), /only grows/, sql);
  }
});

test('a key that asks too often waits, others do not; a wrong key is not tried for ever', async () => {
  // Tokens flow in by the clock: this one stands still until it is moved.
  let now = 0;
  const slow = createApi(state.ports, '0.0.0', 3, undefined, undefined, () => now);
  const [one, other] = [await state.token(['*']), await state.token(['*'])];
  const get = async (token: string, ip?: string): Promise<Response> =>
    await slow.request(
      `${here}/runs`,
      { headers: { authorization: `Bearer ${token}` } },
      ip ? { incoming: { socket: { remoteAddress: ip } } } : {},
    );
  const replies = [];
  for (let at = 0; at < 4; at++) replies.push(await get(one));
  assert.deepEqual(
    replies.map(({ status }) => status),
    [200, 200, 200, 429],
  );
  const [first, , , last] = replies;
  assert.deepEqual([first?.headers.get('ratelimit-limit'), first?.headers.get('ratelimit-remaining')], ['3', '2']);
  assert.equal(last?.headers.get('retry-after'), '20');
  assert.equal((await get(other)).status, 200);
  for (let at = 0; at < 60; at++) assert.equal((await get(`hg_x_${'y'.repeat(40)}`, '198.51.100.1')).status, 401);
  assert.equal((await get(`hg_x_${'y'.repeat(40)}`, '198.51.100.1')).status, 429);
  now += 1000;
  assert.equal((await get(`hg_x_${'y'.repeat(40)}`, '198.51.100.1')).status, 401);
  assert.equal((await get(other, '198.51.100.2')).status, 200);
});

test('keys: publishable ones are refused, revoked and expired ones are dead at once, the last use is known', async () => {
  const admin = await state.token(['*']);
  const make = async (more: object): Promise<{ id: string; token: string }> =>
    (await (await ask('POST', `${here}/keys`, admin, { name: 'k', scopes: ['runs:read'], ...more })).json()) as {
      id: string;
      token: string;
    };
  const [plain, browser, old] = [
    await make({}),
    await make({ kind: 'publishable' }),
    await make({ expires_at: '2020-01-01T00:00:00Z' }),
  ];
  const status = async ({ token }: { token: string }): Promise<number> => (await ask('GET', `${here}/runs`, token)).status;
  assert.deepEqual([await status(plain), await status(browser), await status(old)], [200, 401, 401]);
  const listed = (await (await ask('GET', `${here}/keys`, admin)).json()) as {
    data: readonly { id: string; last_used_at: string | null }[];
  };
  const used = (id: string) => listed.data.find((key) => key.id === id)?.last_used_at;
  assert.ok(used(plain.id));
  assert.equal(used(old.id), null);
  await ask('DELETE', `${here}/keys/${plain.id}`, admin);
  assert.equal(await status(plain), 401);
  const rows = await state.db.query<{ text: string }>('select k::text as text from headgate.api_keys k');
  const secret = plain.token.split('_')[2] ?? '';
  assert.ok(secret.length >= 64 && rows.every(({ text }) => !text.includes(secret)));
});
