/** Rows of a source as users and their attributes in the warehouse of the workspace. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open } from './harness.ts';

const bench = await open('2026-01-01T00:00:00Z');
const { must, base, advance, server, sourceUrl } = bench;
after(async () => await bench.close());

const pipelines = `${base}/inputs/data-pipelines`;
await bench.connect();

const ask = async (sql: string): Promise<unknown> => (await must('POST', '/v1/workspaces/1/warehouse/query', { sql }))['rows'];

test('rows become users, and rows without anybody failed records', async () => {
  await server.sql(
    sourceUrl,
    `create table people (email text, "CustomerId" bigint, plan text, balance numeric, tags text[], at timestamptz);
     insert into people values ('a@x', 9007199254740993, 'pro', 0.10, '{x,y}', '2025-12-01Z'), ('b@x', null, null, null, null, '2025-12-02Z'),
       (null, null, 'lost', 1, null, '2025-12-03Z')`,
  );
  const config = { sql_query: 'SELECT * FROM people -- all of them' };
  await must('POST', `${base}/data-models`, { id: 'm', name: 'M', state: 'active', type: 'sql', config });
  await must('POST', pipelines, {
    id: 'p',
    name: 'P',
    pipeline_type: 'user_attributes',
    connection_id: 'c',
    data_model_id: 'm',
    state: 'active',
    environment: 'production',
    sync_mode: { type: 'incremental', iterator_field: 'at', iterator_data_type: 'timestamp_tz' },
    schedule: { type: 'on_demand' },
  });
  await must('POST', `${pipelines}/trigger`, { pipeline_id: 'p' });
  await advance('2026-01-01T00:00:01Z');
  const report = await must('GET', `${pipelines}/p/report`);
  const run = report['latest_pipeline_run'] as Readonly<Record<string, unknown>>;
  assert.deepEqual([run['status'], run['errors'], run['successful_records'], run['failed_records']], ['success', [], 2, 1]);
  assert.deepEqual(await ask('select type, value from headgate.identities order by 1, 2'), [
    ['customer_id', '9007199254740993'],
    ['email', 'a@x'],
    ['email', 'b@x'],
  ]);
  const users = (await ask('select properties from headgate.profiles order by length(properties::varchar) desc')) as string[][];
  assert.match(String(users[0]), /"plan": ?"pro"/);
  assert.equal(users.length, 2);
  await server.sql(sourceUrl, `insert into people values ('a@x', null, null, 7, null, '2025-12-31Z')`);
  await must('POST', `${pipelines}/trigger`, { pipeline_id: 'p' });
  await advance('2026-01-01T00:00:02Z');
  const [[after]] = (await ask(
    "select p.properties from headgate.profiles p join headgate.identities i on i.profile = p.id where i.value = 'b@x' or i.value = 'a@x' order by length(p.properties::varchar) desc",
  )) as [[string]];
  assert.match(after, /"plan": ?"pro"/);
});

test('a value that is too long is left out, its row is not', async () => {
  await server.sql(
    sourceUrl,
    `create table long (email text, fits text, beyond text, many text[]);
     insert into long values ('long@x', repeat('ü', 4096), repeat('y', 4097), array_fill('e'::text, array[1001]))`,
  );
  const config = { sql_query: 'select * from long' };
  await must('POST', `${base}/data-models`, { id: 'l', name: 'L', state: 'active', type: 'sql', config });
  await must('POST', pipelines, {
    id: 'l',
    name: 'L',
    pipeline_type: 'user_attributes',
    connection_id: 'c',
    data_model_id: 'l',
    state: 'active',
    environment: 'production',
    sync_mode: { type: 'full' },
    schedule: { type: 'on_demand' },
  });
  await must('POST', `${pipelines}/trigger`, { pipeline_id: 'l' });
  await advance('2026-01-01T00:00:03Z');
  const run = (await must('GET', `${pipelines}/l/report`))['latest_pipeline_run'] as Readonly<Record<string, unknown>>; // our own JSON
  assert.deepEqual([run['errors'], run['successful_records'], run['failed_records']], [[], 1, 0]);
  const found = (await ask(
    "select p.properties from headgate.profiles p join headgate.identities i on i.profile = p.id where i.value = 'long@x'",
  )) as readonly (readonly string[])[]; // our own JSON
  assert.deepEqual(JSON.parse(found[0]?.[0] ?? ''), { fits: 'ü'.repeat(4096) });
});
