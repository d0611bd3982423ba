/** Users and events in a database that the workspace names, instead of its own warehouse. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open } from './harness.ts';

const bench = await open('2026-01-01T00:00:00Z');
const { must, ask, base, advance, server, sourceUrl, source } = bench;
after(async () => await bench.close());

const own = '/v1/workspaces/1';
const pipelines = `${base}/inputs/data-pipelines`;
const target = await server.database();
const rows = async (sql: string) => await server.sql(target, sql);

await bench.connect();
await server.sql(
  sourceUrl,
  `create table people (email text, customer_id text, plan text, seats int, at timestamptz);
   insert into people values ('a@x', '1', 'pro', 3, '2025-12-01Z'), ('b@x', '2', null, 1, '2025-12-02Z'), (null, null, 'none', 1, '2025-12-02Z')`,
);
const connect = async (slug: string, more: object): Promise<string> =>
  String((await ask('POST', `${own}/connections`, { name: slug, slug, ...more })).body['id']);
const lake = await connect('lake', {
  connector: 'postgres',
  settings: { ...source, port: Number(source.port), database: new URL(target).pathname.slice(1) },
});

const model = async (id: string, sql_query: string): Promise<unknown> =>
  await must('POST', `${base}/data-models`, { id, name: id, state: 'active', type: 'sql', config: { sql_query } });
const shared = {
  connection_id: 'c',
  state: 'active',
  environment: 'production',
  sync_mode: { type: 'incremental', iterator_field: 'at', iterator_data_type: 'timestamp_tz' },
  schedule: { type: 'on_demand' },
};

async function run(id: string, until: string): Promise<readonly unknown[]> {
  await must('POST', `${pipelines}/trigger`, { pipeline_id: id });
  await advance(until);
  const report = await must('GET', `${pipelines}/${id}/report`);
  const last = report['latest_pipeline_run'] as Readonly<Record<string, unknown>>;
  return [last['status'], last['errors'], last['successful_records'], last['failed_records']];
}

test('only what can keep users and events can be named', async () => {
  const ownId = (await must('GET', `${own}/warehouse`))['connection'];
  const file = await connect('file', { connector: 'file', settings: { path: 'a.csv', format: 'csv' } });
  const refused = await ask('PUT', `${own}/warehouse`, { connection: file });
  assert.deepEqual([refused.status, refused.body['code']], [422, 'usage.mode']);
  assert.equal((await ask('PUT', `${own}/warehouse`, { connection: 'con_none' })).status, 404);
  assert.equal((await must('GET', `${own}/warehouse`))['connection'], ownId);
  assert.equal((await must('PUT', `${own}/warehouse`, { connection: 'lake' }))['connection'], lake);
  assert.equal((await must('GET', `${own}/warehouse`))['connection'], lake);
  const kept = await ask('DELETE', `${own}/connections/lake`);
  assert.deepEqual([kept.status, kept.body['code']], [409, 'object.conflict']);
});

test('users go there, once, and what changes is changed', async () => {
  await model('m', 'SELECT * FROM people');
  await must('POST', pipelines, { ...shared, id: 'u', name: 'U', pipeline_type: 'user_attributes', data_model_id: 'm' });
  assert.deepEqual(await run('u', '2026-01-01T00:00:01Z'), ['success', [], 2, 1]);
  const users = `select i.value, p.properties::text from headgate.identities i join headgate.profiles p on p.id = i.profile
    where i.type = 'email' order by 1`;
  assert.deepEqual(await rows(users), [
    ['a@x', '{"plan": "pro", "seats": 3}'],
    ['b@x', '{"seats": 1}'],
  ]);
  await server.sql(sourceUrl, `update people set plan = 'free', at = '2026-01-01 00:00:01Z' where email = 'a@x'`);
  assert.deepEqual(await run('u', '2026-01-01T00:01:00Z'), ['success', [], 1, 0]);
  assert.deepEqual(await rows(users), [
    ['a@x', '{"plan": "free", "seats": 3}'],
    ['b@x', '{"seats": 1}'],
  ]);
  assert.deepEqual(await rows('select count(*)::text from mparticle_u'), [['3']]);
});

test('events go there, once', async () => {
  await server.sql(
    sourceUrl,
    `create table clicks (who text, name text, at timestamptz); insert into clicks values ('a@x', 'Bought', '2025-12-01Z'), ('z@x', null, '2025-12-01Z')`,
  );
  await model('clicks', 'SELECT * FROM clicks');
  const column = (source: string, destination: string): object => ({ mapping_type: 'column', source, destination });
  const fixed = (destination: string, value: string): object => ({ mapping_type: 'static', destination, value });
  await must('POST', `${base}/field-transformations`, {
    id: 't',
    name: 'T',
    destination_type: 'event_batch',
    mappings: [
      fixed('events.event_type', 'custom_event'),
      fixed('events.data.custom_event_type', 'other'),
      column('name', 'events.data.event_name'),
      column('who', 'user_identities.email'),
    ],
  });
  const wish = { ...shared, id: 'e', name: 'E', pipeline_type: 'events', data_model_id: 'clicks', field_transformation_id: 't' };
  await must('POST', pipelines, wish);
  assert.deepEqual(await run('e', '2026-01-01T00:02:00Z'), ['success', [], 1, 1]);
  await must('POST', pipelines, { ...wish, id: 'again' });
  assert.deepEqual(await run('again', '2026-01-01T00:03:00Z'), ['success', [], 1, 1]);
  assert.deepEqual(
    await rows(
      `select e.properties->>'data.event_name', e.environment, p.properties->>'plan' from headgate.events e join headgate.profiles p on p.id = e.profile`,
    ),
    [
      ['Bought', 'production', 'free'],
      ['Bought', 'production', 'free'],
    ],
  );
});

test('a pipeline stays where it was made; new ones follow the workspace', async () => {
  await must('PUT', `${own}/warehouse`, { connection: 'warehouse' });
  await must('PATCH', `${pipelines}/u`, { name: 'still there' });
  const wish = { ...shared, id: 'home', name: 'H', pipeline_type: 'user_attributes', data_model_id: 'm' };
  await must('POST', pipelines, wish);
  assert.deepEqual(await run('home', '2026-01-01T00:04:00Z'), ['success', [], 2, 1]);
  assert.deepEqual(await rows(`select to_regclass('mparticle_home')::text`), [[null]]);
  const { rows: there } = await must('POST', `${own}/warehouse/query`, { sql: 'select count(*) from headgate.profiles' });
  assert.deepEqual(there, [['2']]);
});
