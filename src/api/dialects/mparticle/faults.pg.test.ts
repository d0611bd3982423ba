/** What stops a pipeline and what sets it free: connections, limits, pauses, retries, and a worker that dies on the way. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Client } from 'pg';
import { startProxy } from '../../../../test/support/proxy.ts';
import { open, type Reply } from './harness.ts';

const bench = await open('2026-01-01T00:00:00Z');
const { ask, must, base, advance, server, sourceUrl, state } = bench;
const proxy = await startProxy(Number(new URL(sourceUrl).port));
const holder = new Client(sourceUrl);
await holder.connect();
after(async () => {
  await holder.end();
  await proxy[Symbol.asyncDispose]();
  await bench.close();
});

const pipelines = `${base}/inputs/data-pipelines`;
await server.sql(sourceUrl, "create table t as select 'a@x' as email, timestamptz '2025-01-01Z' as at");
await bench.connect({ ...bench.source, host: '127.0.0.1', port: String(proxy.port) });
await must('POST', `${base}/data-models`, {
  id: 'm',
  name: 'M',
  state: 'active',
  type: 'sql',
  config: { sql_query: 'select * from t' },
});

async function pipeline(id: string, schedule: object = { type: 'on_demand' }): Promise<void> {
  await must('POST', pipelines, {
    id,
    name: id,
    pipeline_type: 'user_attributes',
    connection_id: 'c',
    data_model_id: 'm',
    state: 'active',
    environment: 'production',
    sync_mode: { type: 'incremental', iterator_field: 'at', iterator_data_type: 'timestamp_tz' },
    schedule,
  });
}

const report = async (id: string): Promise<Reply['body']> => await must('GET', `${pipelines}/${id}/report`);
const last = async (id: string): Promise<Readonly<Record<string, unknown>>> =>
  (await report(id))['latest_pipeline_run'] as Readonly<Record<string, unknown>>; // our own JSON
const must202 = async (method: string, path: string): Promise<void> => assert.equal((await ask(method, path, {})).status, 202);
const limit = async (ranges: object): Promise<void> =>
  void (await must('PUT', '/v1/workspaces/1/limits', { ranges }, bench.admin));
const trigger = async (id: string): Promise<Reply> => await ask('POST', `${pipelines}/trigger`, { pipeline_id: id });

test('a connection that fails is tried three times, stops all its pipelines, and a trigger sets it free', async () => {
  await pipeline('p');
  await pipeline('q', { type: 'interval', frequency: 'hourly', start: '2026-01-01T01:00:00Z' });
  void proxy.arm({ kind: 'refuse' });
  assert.equal((await trigger('p')).status, 200);
  await advance('2026-01-01T00:00:30Z');
  const [first, meanwhile] = [await last('p'), await report('p')];
  assert.deepEqual([first['status'], meanwhile['status']], ['retrying', 'running']);
  assert.equal((first['errors'] as unknown[]).length, 1);
  await advance('2026-01-01T00:10:00Z');
  const failed = await report('p');
  assert.deepEqual(
    [
      failed['status'],
      failed['connection_status'],
      failed['data_model_status'],
      (failed['latest_pipeline_run'] as { status: string }).status,
    ],
    ['faulted', 'faulted', 'valid', 'failed'],
  );
  assert.equal((await must('GET', `${base}/connections/c`))['status'], 'faulted');
  assert.equal((await must('GET', `${pipelines}/q`))['status'], 'faulted');
  await advance('2026-01-01T01:30:00Z');
  assert.equal((await report('q'))['latest_pipeline_run'], null);
  void proxy.arm(undefined);
  assert.equal((await trigger('p')).status, 200);
  await advance('2026-01-01T01:31:00Z');
  assert.deepEqual([(await report('p'))['status'], (await report('p'))['connection_status']], ['idle', 'healthy']);
  // Its connection works again, so the others run at their next tick.
  await must('PATCH', `${base}/connections/c`, { name: 'repaired' });
  assert.equal((await must('GET', `${pipelines}/q`))['status'], 'idle');
  await advance('2026-01-01T02:00:00Z');
  assert.equal((await last('q'))['status'], 'success');
  await must('DELETE', `${pipelines}/q`);
});

test('a pause stops the run, and the next one covers its range', async () => {
  await advance('2026-01-01T03:00:00Z');
  await holder.query('begin; lock table t');
  assert.equal((await trigger('p')).status, 200);
  assert.deepEqual((await trigger('p')).body, { statusCode: 400, errors: [{ message: 'Pipeline p is already in progress.' }] });
  await must('PATCH', `${pipelines}/p`, { state: 'paused' });
  assert.equal((await report('p'))['status'], 'stopped');
  await holder.query('commit');
  await advance('2026-01-01T03:00:01Z');
  assert.equal((await last('p'))['status'], 'stopped');
  assert.equal((await trigger('p')).status, 400);
  await must('PATCH', `${pipelines}/p`, { state: 'active' });
  assert.equal((await trigger('p')).status, 200);
  await advance('2026-01-01T03:00:02Z');
  const { status, range_start, range_end } = await last('p');
  assert.deepEqual([status, range_start, range_end], ['success', '2026-01-01T01:30:00.000Z', '2026-01-01T03:00:01.000Z']);
});

test('another attempt of a run reads the range of the first', async () => {
  await holder.query('begin; lock table t');
  assert.equal((await trigger('p')).status, 200);
  const { id } = await last('p');
  const settled = async (): Promise<boolean> =>
    (await state.db.query('select from headgate.run_ranges where settled and number = $1', [id])).length > 0;
  while (!(await settled())) await new Promise((next) => setImmediate(next));
  const before = await last('p');
  // Its worker is gone, as far as the state knows: the run belongs to whoever asks next. The worker may just be renewing its lease.
  do await state.db.query("update headgate.runs set lease_until = now() - interval '1 second' where state = 'running'");
  while ((await last('p'))['status'] !== 'retrying');
  await holder.query('commit');
  await advance('2026-01-01T04:00:00Z');
  const done = await last('p');
  assert.deepEqual([done['id'], done['status']], [id, 'success']);
  assert.deepEqual([done['range_start'], done['range_end']], [before['range_start'], before['range_end']]);
});

test('what starts again from the beginning, and what does not', async () => {
  const range = async (): Promise<unknown> => {
    assert.equal((await trigger('p')).status, 200);
    const [{ now } = { now: new Date() }] = await state.db.query<{ now: Date }>('select now from headgate.test_clock');
    await advance(new Date(now.getTime() + 1000).toISOString());
    return (await last('p'))['range_start'];
  };
  await must('PATCH', `${pipelines}/p`, { name: 'renamed' });
  assert.equal(await range(), '2026-01-01T03:00:02.000Z');
  await must('PATCH', `${pipelines}/p`, { sync_mode: { iterator_data_type: 'timestamp' } });
  assert.equal(await range(), null);
});

test('a run that was asked for in another vocabulary follows on, too', async () => {
  const [{ pipeline_id } = { pipeline_id: '' }] = await state.db.query<{ pipeline_id: string }>(
    "select pipeline_id from headgate.ranges g join headgate.pipelines p on p.id = g.pipeline_id where p.state = 'active'",
  );
  const before = await last('p');
  await must202('POST', `/v1/workspaces/1/pipelines/${pipeline_id}/trigger`);
  const [{ now } = { now: new Date() }] = await state.db.query<{ now: Date }>('select now from headgate.test_clock');
  await advance(new Date(now.getTime() + 1000).toISOString());
  const run = await last('p');
  assert.deepEqual([run['status'], run['range_start']], ['success', before['range_end']]);
});

test('a range with more rows than it may have is not read, nor is a model with too many columns', async () => {
  const columns = Array.from({ length: 101 }, (_, at) => `1 as c${at}`).join(', ');
  const wide = {
    id: 'wide',
    name: 'W',
    state: 'active',
    type: 'sql',
    config: { sql_query: `select ${columns}, email, at from t` },
  };
  await must('POST', `${base}/data-models`, wide);
  await must('PATCH', `${pipelines}/p`, { data_model_id: 'wide' });
  assert.equal((await trigger('p')).status, 200);
  await advance('2026-01-01T05:00:00Z');
  assert.deepEqual([(await report('p'))['status'], (await report('p'))['data_model_status']], ['faulted', 'invalid']);
  await must('PATCH', `${pipelines}/p`, { data_model_id: 'm' });
  await limit({ rows: { on_demand: 0 } });
  assert.equal((await trigger('p')).status, 200);
  await advance('2026-01-01T05:00:01Z');
  const told = await report('p');
  assert.deepEqual([told['status'], told['connection_status'], told['data_model_status']], ['faulted', 'healthy', 'valid']);
  assert.match(JSON.stringify(told['errors']), /1 rows, more than the limit of 0/);
  // Another limit is none of its business.
  await limit({ rows: { hourly: 0 } });
  assert.equal((await trigger('p')).status, 200);
  await advance('2026-01-01T05:00:02Z');
  assert.equal((await report('p'))['status'], 'idle');
});

test('a destination that cannot be reached is not the fault of the source', async () => {
  const settings = { host: '127.0.0.1', port: 1, database: 'd', user: 'u' };
  const made = await ask('POST', '/v1/workspaces/1/connections', { name: 'Gone', connector: 'postgres', settings });
  const [{ id, destination_id: was } = { id: '', destination_id: '' }] = await state.db.query<{
    id: string;
    destination_id: string;
  }>(
    "select p.id, p.destination_id from headgate.ranges g join headgate.pipelines p on p.id = g.pipeline_id where p.state = 'active'",
  );
  const lead = async (to: unknown): Promise<unknown> =>
    await state.db.query('update headgate.pipelines set destination_id = $2 where id = $1', [id, to]);
  await lead(made.body['id']);
  assert.equal((await trigger('p')).status, 200);
  await advance('2026-01-01T06:00:00Z');
  const told = await report('p');
  assert.deepEqual([told['status'], told['connection_status'], told['data_model_status']], ['faulted', 'healthy', 'valid']);
  await lead(was);
  assert.equal((await trigger('p')).status, 200);
  await advance('2026-01-01T06:00:01Z');
  assert.equal((await report('p'))['status'], 'idle');
});

test('at most five pipelines are active', async () => {
  for (const id of ['l1', 'l2', 'l3', 'l4']) await pipeline(id);
  const reply = await ask('PATCH', `${pipelines}/p`, { name: 'still one of them' });
  assert.equal(reply.status, 200);
  const body = { ...(await must('GET', `${pipelines}/p`)), id: 'l5' };
  assert.equal((await ask('POST', pipelines, body)).status, 400);
  assert.equal((await ask('POST', pipelines, { ...body, state: 'new' })).status, 200);
  assert.equal((await trigger('l5')).status, 400);
  await limit({ active: 6 });
  assert.equal((await ask('PATCH', `${pipelines}/l5`, { state: 'active' })).status, 200);
  assert.equal((await ask('POST', pipelines, { ...body, id: 'l6' })).status, 400);
});
