/** The vocabulary over a real state database and a real source: bodies, states, the order of checks, faults. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open } from './harness.ts';

const { ask, base, token, source, close, must } = await open();
after(close);

test('who asks is looked at first, then the path, the body, what the body names, the warehouse', async () => {
  for (const one of ['', 'nonsense']) assert.equal((await ask('GET', `${base}/connections`, undefined, one)).status, 401);
  assert.equal((await ask('PUT', `${base}/connections/none`, { bad: 1 })).status, 404);
  assert.equal((await ask('GET', '/platform/v2/workspaces/999/connections')).status, 404);
  assert.equal((await ask('GET', '/platform/v2/workspaces/abc/connections')).status, 404);
  assert.equal((await ask('GET', `${base}/nothing`)).status, 404);
  const refused = await ask('POST', `${base}/connections`, { id: 'a b', name: '', state: 'on', service_provider: 'Oracle' });
  assert.equal(refused.status, 400);
  assert.deepEqual(refused.body['statusCode'], 400);
  assert.ok((refused.body['errors'] as unknown[]).length >= 4);
});

test('a connection is stored once its warehouse lets us in, and shows no secret', async () => {
  const closed = {
    id: 'c1',
    name: 'C',
    state: 'active',
    service_provider: 'Redshift',
    config: { ...source, port: '1', aws_iam_role_arn: 'arn' },
  };
  assert.equal((await ask('POST', `${base}/connections`, closed)).status, 505);
  assert.equal((await ask('GET', `${base}/connections/c1`)).status, 404);
  const made = await must('POST', `${base}/connections`, { ...closed, config: { ...closed.config, port: source.port } });
  assert.deepEqual(Object.keys(made), [
    'id',
    'name',
    'state',
    'status',
    'errors',
    'service_provider',
    'config',
    'created_on',
    'created_by',
    'last_modified_on',
    'last_modified_by',
  ]);
  assert.deepEqual((made['config'] as Record<string, string>)['password'], '************');
  assert.equal((await ask('POST', `${base}/connections`, closed)).status, 400);
  const again = await must('PUT', `${base}/connections/c1`, { ...made, name: 'D' });
  assert.deepEqual([again['name'], again['created_on'], typeof again['last_modified_on']], ['D', made['created_on'], 'string']);
  const patched = await must('PATCH', `${base}/connections/c1`, { config: { port: Number(source.port) } });
  assert.deepEqual((patched['config'] as Record<string, string>)['port'], source.port);
  assert.equal((await ask('PATCH', `${base}/connections/c1`, { config: { password: 'wrong' } })).status, 505);
  assert.equal((await ask('PATCH', `${base}/connections/c1`, { service_provider: 'Postgres' })).status, 400);
  assert.deepEqual(await must('GET', `${base}/connections/c1`), patched);
});

test('a token lasts eight hours', async () => {
  const [, id = '', secret = ''] = /^hg_([^_]+)_(.+)$/.exec(token) ?? [];
  const wish = { client_id: id, client_secret: secret, audience: 'https://api.mparticle.com', grant_type: 'client_credentials' };
  const got = await must('POST', '/oauth/token', wish, '');
  assert.deepEqual([got['expires_in'], got['token_type']], [28_800, 'Bearer']);
  assert.equal((await ask('GET', `${base}/connections`, undefined, String(got['access_token']))).status, 200);
  for (const [change, status] of [
    [{ client_secret: 'x'.repeat(40) }, 401],
    [{ audience: 'https://x' }, 403],
    [{ grant_type: 'password' }, 400],
    [{ client_id: undefined }, 400],
  ] as const) {
    const refused = await ask('POST', '/oauth/token', { ...wish, ...change }, '');
    assert.deepEqual(
      [refused.status, typeof refused.body['error'], typeof refused.body['error_description']],
      [status, 'string', 'string'],
    );
  }
});
