/** A pipeline names where its events and users are posted on to. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open } from './harness.ts';

const bench = await open();
const { ask, must, base, state } = bench;
after(async () => await bench.close());

const own = '/v1/workspaces/1';
const pipelines = `${base}/inputs/data-pipelines`;
const wish = { name: 'lake', url: 'https://example.com/in', headers: { authorization: 'Bearer hush' } };

const made = async (): Promise<string> => {
  const { status, body } = await ask('POST', `${own}/forwarders`, wish);
  assert.equal(status, 201);
  return String(body['id']);
};
const objectOf = async (): Promise<string> => {
  const [{ id } = { id: '' }] = await state.db.query<{ id: string }>(
    'select id from headgate.pipelines order by id desc limit 1',
  );
  return id;
};

const kept = {
  account_identifier: 'a',
  region: 'r',
  warehouse: 'w',
  database: 'd',
  role: 'r',
  user: 'u',
  password: 'p',
  storage_integration: 's',
};
await must('POST', `${base}/connections`, { id: 'c', name: 'C', state: 'new', service_provider: 'Snowflake', config: kept });
const config = { sql_query: 'SELECT email FROM t' };
await must('POST', `${base}/data-models`, { id: 'm', name: 'M', state: 'new', type: 'sql', config });
const body = {
  id: 'p',
  name: 'P',
  pipeline_type: 'user_attributes',
  connection_id: 'c',
  data_model_id: 'm',
  state: 'new',
  environment: 'development',
  sync_mode: { type: 'full' },
  schedule: { type: 'on_demand' },
};

test('a forwarder keeps its secrets to itself', async () => {
  const id = await made();
  const { body: shown } = await ask('GET', `${own}/forwarders/${id}`);
  assert.deepEqual([shown['headers'], shown['batch'], shown['state']], [['authorization'], 100, 'active']);
  assert.doesNotMatch(JSON.stringify(shown), /hush|whsec_/);
  const [{ sealed } = { sealed: '' }] = await state.db.query<{ sealed: Buffer }>(
    'select sealed from headgate.secrets where object_id = $1',
    [id],
  );
  assert.doesNotMatch(String(sealed), /hush/);
  const changed = await ask('PATCH', `${own}/forwarders/${id}`, { headers: {}, batch: 5, if_version: 1 });
  assert.deepEqual([changed.status, changed.body['headers'], changed.body['batch']], [200, [], 5]);
  assert.equal((await ask('PATCH', `${own}/forwarders/${id}`, { name: 'x', if_version: 1 })).status, 412);
  const rotated = await ask('POST', `${own}/forwarders/${id}/rotate`, { overlap_seconds: 0 });
  assert.deepEqual([rotated.status, rotated.body['previous_until']], [200, null]);
  assert.match(String(rotated.body['secret']), /^whsec_/);
  assert.equal((await ask('DELETE', `${own}/forwarders/${id}`)).status, 204);
  assert.equal((await ask('GET', `${own}/forwarders/${id}`)).status, 404);
});

test('what would not be a request is refused', async () => {
  for (const change of [
    { url: 'file:///etc/passwd' },
    { url: 'https://user:secret@example.com' },
    { headers: { 'content-length': '1' } },
    { headers: { 'webhook-id': '1' } },
    { headers: { 'X-Upper': '1' } },
    { headers: { 'x-a': 'b\r\nx-b: c' } },
    { batch: 0 },
  ]) {
    assert.equal((await ask('POST', `${own}/forwarders`, { ...wish, ...change })).status, 400, JSON.stringify(change));
  }
});

test('a pipeline names one, and goes on naming it', async () => {
  assert.equal((await ask('POST', pipelines, { ...body, forwarder_id: 'fwd_none' })).status, 404);
  assert.equal((await ask('GET', `${pipelines}/p`)).status, 404);
  const id = await made();
  const created = await must('POST', pipelines, { ...body, forwarder_id: id });
  assert.equal(created['forwarder_id'], id);
  const forward = `${own}/pipelines/${await objectOf()}/forward`;
  const status = await must('GET', forward);
  assert.deepEqual([status['forwarder'], status['labels'], status['sent']], [id, { environment: 'development' }, 0]);
  assert.equal((await ask('DELETE', `${own}/forwarders/${id}`)).status, 409);
  await must('PATCH', `${pipelines}/p`, { environment: 'production' });
  assert.deepEqual((await must('GET', forward))['labels'], { environment: 'production' });
  // PUT leaves out what it does not say.
  const replaced = await must('PUT', `${pipelines}/p`, body);
  assert.equal('forwarder_id' in replaced, false);
  assert.equal((await ask('GET', forward)).status, 404);
  await must('PATCH', `${pipelines}/p`, { forwarder_id: id });
  await must('DELETE', `${pipelines}/p`);
  assert.equal((await ask('DELETE', `${own}/forwarders/${id}`)).status, 204);
});

test('one of another workspace is none', async () => {
  assert.equal((await ask('POST', '/v1/workspaces', { id: 77, name: 'Other' }, bench.admin)).status, 201);
  const { body: foreign } = await ask('POST', '/v1/workspaces/77/forwarders', wish, bench.admin);
  assert.equal((await ask('GET', `${own}/forwarders/${String(foreign['id'])}`)).status, 404);
  assert.equal((await ask('POST', pipelines, { ...body, forwarder_id: foreign['id'] })).status, 404);
  // What derives nothing has nothing to post on.
  const flows = [{ stream: 'a' }];
  const connection = { name: 'f', connector: 'file', settings: { path: 'a.csv', format: 'csv' } };
  const { body: source } = await ask('POST', `${own}/connections`, connection);
  const plain = await ask('POST', `${own}/pipelines`, { name: 'n', source: source['id'], destination: 'warehouse', flows });
  assert.equal(plain.status, 201, JSON.stringify(plain.body));
  const reply = await ask('PUT', `${own}/pipelines/${String(plain.body['id'])}/forward`, { forwarder: await made() });
  assert.equal(reply.status, 409);
});

/** Until a session waits for another one's lock. */
async function someoneWaits(): Promise<void> {
  for (;;) {
    const waiting = await state.db.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    if (waiting.length > 0) return;
  }
}

test('one that goes while a pipeline begins to name it is a conflict for whoever comes second', async () => {
  const id = await made();
  const created = await state.db.tx(async (tx) => {
    await tx.query('delete from headgate.forwarders where id = $1', [id]);
    const asked = ask('POST', pipelines, { ...body, id: 'late', forwarder_id: id });
    await someoneWaits();
    return { asked };
  });
  const late = await created.asked;
  assert.deepEqual([late.status, late.body['statusCode']], [400, 400], JSON.stringify(late.body));
  assert.equal((await ask('GET', `${pipelines}/late`)).status, 404);

  const named = await made();
  await must('POST', pipelines, { ...body, id: 'early' });
  const pipeline = await objectOf();
  const deleted = await state.db.tx(async (tx) => {
    await tx.query(
      `insert into headgate.forwards (pipeline_id, workspace_id, forwarder_id, labels, imports) values ($1, 1, $2, '{}', '{}')`,
      [pipeline, named],
    );
    const asked = ask('DELETE', `${own}/forwarders/${named}`);
    await someoneWaits();
    return { asked };
  });
  const refused = await deleted.asked;
  assert.deepEqual([refused.status, refused.body['code']], [409, 'object.conflict'], JSON.stringify(refused.body));
  assert.equal((await ask('GET', `${own}/forwarders/${named}`)).status, 200);
});
