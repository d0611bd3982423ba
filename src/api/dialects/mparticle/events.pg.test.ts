/** Rows of a source as events in the warehouse of the workspace. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open } from './harness.ts';

const bench = await open('2026-01-01T00:00:00Z');
const { must, ask, base, advance, server, sourceUrl } = bench;
after(async () => await bench.close());

const pipelines = `${base}/inputs/data-pipelines`;
await bench.connect();

const query = async (sql: string): Promise<unknown> => (await must('POST', '/v1/workspaces/1/warehouse/query', { sql }))['rows'];

const column = (source: string, destination: string): object => ({ mapping_type: 'column', source, destination });

await server.sql(
  sourceUrl,
  `create table clicks (who text, name text, kind text, ms text, plan text, secret text, at timestamptz);
   insert into clicks values ('a@x', 'Bought', 'transaction', '1767225600000', 'pro', 's', '2025-12-01Z'), ('b@x', 'Read', 'other', null, null, 's', '2025-12-02Z'),
     ('c@x', 'No', 'strange', null, null, 's', '2025-12-03Z'), ('d@x', null, 'other', null, null, 's', '2025-12-03Z'), ('e@x', 'X', 'other', 'soon', null, 's', '2025-12-03Z')`,
);
const config = { sql_query: 'SELECT * FROM clicks' };
await must('POST', `${base}/data-models`, { id: 'm', name: 'M', state: 'active', type: 'sql', config });
const feed = (await must('POST', '/v1/workspace/1/partnerfeeds', { module_name: 'm', name: 'Feed', os: 'iOS' })) as {
  readonly data: readonly { readonly id: number }[];
};
await must('POST', `${base}/plans`, { data_plan_id: 'plan', data_plan_name: 'Plan' });
await must('POST', `${base}/plans/plan/versions`, { activated_environment: 'production' });
await must('POST', `${base}/field-transformations`, {
  id: 't',
  name: 'T',
  destination_type: 'event_batch',
  mappings: [
    { mapping_type: 'static', destination: '$.events[0].event_type', value: 'custom_event' },
    column('NAME', 'events[0].data.event_name'),
    column('kind', 'events.data.custom_event_type'),
    column('ms', 'events.data.timestamp_unixtime_ms'),
    column('who', 'user_identities.email'),
    { mapping_type: 'ignore', source: 'secret' },
  ],
});

const wish = {
  id: 'e',
  name: 'E',
  pipeline_type: 'events',
  connection_id: 'c',
  data_model_id: 'm',
  field_transformation_id: 't',
  partner_feed_id: feed.data[0]?.id,
  state: 'active',
  environment: 'production',
  data_plan_id: 'plan',
  data_plan_version: '1',
  sync_mode: { type: 'incremental', iterator_field: 'at', iterator_data_type: 'timestamp_tz' },
  schedule: { type: 'on_demand' },
};

test('rows become events once, rows that are none failed records', async () => {
  await must('POST', pipelines, wish);
  const last = async () =>
    (await must('GET', `${pipelines}/e/report`))['latest_pipeline_run'] as Readonly<Record<string, unknown>>;
  await must('POST', `${pipelines}/trigger`, { pipeline_id: 'e' });
  await advance('2026-01-01T00:00:01Z');
  const first = await last();
  assert.deepEqual(
    [first['status'], first['errors'], first['successful_records'], first['failed_records']],
    ['success', [], 2, 3],
  );
  const events = (await query(
    'select properties, environment, data_plan, data_plan_version, feed, time::varchar from headgate.events order by time',
  )) as string[][];
  assert.equal(events.length, 2);
  const bought = events.find(([properties]) => /Bought/.test(String(properties))) ?? [];
  assert.deepEqual(bought.slice(1, 5), ['production', 'plan', '1', String(feed.data[0]?.id)]);
  assert.match(String(bought[5]), /^2026-01-01 00:00:00/);
  const properties = JSON.parse(String(bought[0])) as Readonly<Record<string, unknown>>;
  assert.deepEqual(properties, {
    event_type: 'custom_event',
    'data.event_name': 'Bought',
    'data.custom_event_type': 'transaction',
    'data.custom_attributes.plan': 'pro',
    'user_identities.email': 'a@x',
  });
  // A row on the boundary of two ranges is read twice, and one event.
  await server.sql(sourceUrl, "update clicks set at = '2026-01-01T00:00:00Z' where who = 'b@x'");
  await must('POST', `${pipelines}/trigger`, { pipeline_id: 'e' });
  await advance('2026-01-01T00:00:02Z');
  await must('POST', `${pipelines}/trigger`, { pipeline_id: 'e' });
  await advance('2026-01-01T00:00:03Z');
  assert.equal((await last())['status'], 'success');
});

test('a row may also say something of its user, once; long names are cut', async () => {
  await server.sql(
    sourceUrl,
    `create table visits (who text, title text, "Plan" text, seen bigint, at timestamptz);
     insert into visits values ('v@x', repeat('ü', 300), 'pro', 9007199254740993, '2025-12-01Z'), ('v@x', 'x', repeat('y', 5000), null, '2025-12-02Z')`,
  );
  const config = { sql_query: 'SELECT * FROM visits' };
  await must('POST', `${base}/data-models`, { id: 'v', name: 'V', state: 'active', type: 'sql', config });
  const mappings = [
    { mapping_type: 'static', destination: 'events.event_type', value: 'screen_view' },
    column('title', 'events.data.event_name'),
    column('who', 'user_identities.email'),
    column('plan', 'user_attributes.plan'),
    column('seen', 'user_attributes.seen'),
  ];
  await must('POST', `${base}/field-transformations`, { id: 'v', name: 'V', destination_type: 'event_batch', mappings });
  const { data_plan_id: _plan, data_plan_version: _version, ...rest } = wish;
  await must('POST', pipelines, { ...rest, id: 'v', data_model_id: 'v', field_transformation_id: 'v' });
  const users = async (): Promise<unknown> =>
    await query(
      "select p.properties from headgate.profiles p join headgate.identities i on i.profile = p.id where i.type = 'email' and i.value = 'v@x'",
    );
  await must('POST', `${pipelines}/trigger`, { pipeline_id: 'v' });
  await advance('2026-01-01T01:00:01Z');
  assert.deepEqual(await users(), [['{"plan":"pro","seen":9007199254740993}']]);
  const events = (await query(
    `select properties from headgate.events where properties ->> 'event_type' = 'screen_view' order by length(properties::varchar)`,
  )) as string[][];
  const [cut = {}] = events.map(([text]) => JSON.parse(String(text)) as Readonly<Record<string, unknown>>);
  const places = ['data.event_name', 'event_type', 'user_attributes.plan', 'user_attributes.seen', 'user_identities.email'];
  assert.deepEqual(Object.keys(cut).toSorted(), places);
  assert.equal(cut['data.event_name'], 'ü'.repeat(256));
  // Somebody else has the last word; the row on the boundary is read again and is the same event.
  await must('POST', `${pipelines}/trigger`, { pipeline_id: 'v' });
  await advance('2026-01-01T01:00:02Z');
  assert.deepEqual(await users(), [['{"plan":"pro","seen":9007199254740993}']]);
});

test('what an event pipeline names must be there, and fit', async () => {
  const other = { ...wish, id: 'x' };
  for (const [change, status] of [
    [{ field_transformation_id: undefined }, 400],
    [{ pipeline_type: 'user_attributes' }, 400],
    [{ field_transformation_id: 'none' }, 404],
    [{ connection_id: 'none' }, 404],
    [{ data_model_id: 'none' }, 404],
    [{ partner_feed_id: 999 }, 404],
    [{ data_plan_version: undefined }, 404],
    [{ data_plan_id: 'none' }, 404],
    [{ data_plan_version: 7 }, 404],
    [{ id: 'trigger' }, 400],
    [{ id: 'e' }, 400],
  ] as const) {
    const reply = await ask('POST', pipelines, { ...other, ...change });
    assert.equal(reply.status, status, JSON.stringify([change, reply.body]));
  }
  await must('POST', `${base}/plans/plan/versions`, {});
  assert.equal((await ask('POST', pipelines, { ...other, data_plan_version: 2 })).status, 400);
});
