/** Rules of the contract that are tables: each row with an input and what must come of it. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open } from './harness.ts';
import { reserved } from './identities.ts';

const bench = await open('2026-01-01T00:00:00Z');
const { ask, must, base, advance, server, sourceUrl } = bench;
after(async () => await bench.close());

type Body = Readonly<Record<string, unknown>>;

const pipelines = `${base}/inputs/data-pipelines`;
const query = async (sql: string): Promise<readonly (readonly (string | null)[])[]> =>
  (await must('POST', '/v1/workspaces/1/warehouse/query', { sql }))['rows'] as readonly (readonly (string | null)[])[]; // our own JSON

await must('POST', `${base}/connections`, {
  id: 'c',
  name: 'C',
  state: 'active',
  service_provider: 'Redshift',
  config: { ...bench.source, aws_iam_role_arn: 'arn' },
});

/** Required settings by provider; each one absent is a 400. */
const settings: Readonly<Record<string, readonly string[]>> = {
  Snowflake: ['account_identifier', 'region', 'warehouse', 'database', 'user', 'role', 'password', 'storage_integration'],
  BigQuery: ['region', 'project_id', 'dataset_id', 'service_account_id', 'service_account_key'],
  Redshift: ['database', 'host', 'user', 'password', 'aws_iam_role_arn'],
  Databricks: ['provider', 'schema'],
};

test('every required setting of every provider is asked for, and every secret is a mask', async () => {
  for (const [service_provider, names] of Object.entries(settings)) {
    const config = Object.fromEntries(names.map((name) => [name, name]));
    const body = { id: service_provider, name: 'x', state: 'new', service_provider, config };
    const made = (await must('POST', `${base}/connections`, body))['config'] as Body; // our own JSON
    for (const name of ['password', 'service_account_key'].filter((one) => names.includes(one)))
      assert.equal(made[name], '*'.repeat(12));
    for (const name of names) {
      const { [name]: _absent, ...rest } = config;
      const reply = await ask('POST', `${base}/connections`, { ...body, id: `${service_provider}-2`, config: rest });
      assert.equal(reply.status, 400, `${service_provider} ${name}`);
      assert.match(JSON.stringify(reply.body), new RegExp(`config/${name}`));
    }
  }
  for (const [region, status] of [
    ['eu', 200],
    ['eu.gcp', 200],
    ['a.b.c', 400],
    ['', 400],
  ] as const) {
    assert.equal((await ask('PATCH', `${base}/connections/Snowflake`, { config: { region } })).status, status, region);
  }
});

test('ids are slugs, timestamps are timestamps', async () => {
  const model = { id: 'm', name: 'M', state: 'active', type: 'sql', config: { sql_query: 'select * from facts' } };
  for (const id of ['', 'a b', 'ä', 'a.b', 'a/b', 7, null]) {
    assert.equal((await ask('POST', `${base}/data-models`, { ...model, id })).status, 400, String(id));
  }
  await must('POST', `${base}/data-models`, model);
  // Capitals count.
  await must('POST', `${base}/data-models`, { ...model, id: 'M' });
  await must('DELETE', `${base}/data-models/M`);
});

const mapping = (one: object): object => ({
  id: 't0',
  name: 'any *characters*',
  destination_type: 'event_batch',
  mappings: [one],
});
const places: readonly (readonly [string, string | undefined])[] = [
  ['events.event_type', 'events.event_type'],
  ['$.events[0].data.custom_attributes.a', 'events.data.custom_attributes.a'],
  ['events[0].data.event_name', 'events.data.event_name'],
  ['$.user_identities.email', 'user_identities.email'],
  ['user_attributes.$age', 'user_attributes.$age'],
  ['device_info.os', 'device_info.os'],
  ['mpid', 'mpid'],
  ['ip', 'ip'],
  ['environment', undefined],
  ['schema_version', undefined],
  ['events', undefined],
  ['events.data', undefined],
  ['events.data.custom_attributes', undefined],
  ['events[1].data.x', undefined],
  ['somewhere.else', undefined],
];

test('each kind of mapping has its fields, each place its form', async () => {
  const cases: readonly (readonly [object, number])[] = [
    [{ mapping_type: 'column', source: 'a', destination: 'mpid' }, 200],
    [{ mapping_type: 'column', source: 'a', destination: 'mpid', value: null }, 200],
    [{ mapping_type: 'column', source: 'a', destination: 'mpid', value: 'x' }, 400],
    [{ mapping_type: 'column', destination: 'mpid' }, 400],
    [{ mapping_type: 'column', source: 'a' }, 400],
    [{ mapping_type: 'static', source: null, destination: 'mpid', value: '1' }, 200],
    [{ mapping_type: 'static', source: 'a', destination: 'mpid', value: '1' }, 400],
    [{ mapping_type: 'static', destination: 'mpid' }, 400],
    [{ mapping_type: 'static', destination: 'mpid', value: 1 }, 400],
    [{ mapping_type: 'ignore', source: 'a', destination: null, value: null }, 200],
    [{ mapping_type: 'ignore', source: 'a', destination: 'mpid' }, 400],
    [{ mapping_type: 'ignore' }, 400],
    [{ mapping_type: 'other', source: 'a', destination: 'mpid' }, 400],
  ];
  for (const [one, status] of cases) {
    assert.equal((await ask('POST', `${base}/field-transformations`, mapping(one))).status, status, JSON.stringify(one));
    if (status === 200) await must('DELETE', `${base}/field-transformations/t0`);
  }
  for (const [destination, plain] of places) {
    const reply = await ask(
      'POST',
      `${base}/field-transformations`,
      mapping({ mapping_type: 'column', source: 'a', destination }),
    );
    assert.equal(reply.status, plain === undefined ? 400 : 200, destination);
    if (plain === undefined) continue;
    assert.equal((reply.body['mappings'] as readonly { destination: string }[])[0]?.destination, plain); // our own JSON
    await must('DELETE', `${base}/field-transformations/t0`);
  }
});

const wish = {
  id: 'p0',
  name: 'P',
  pipeline_type: 'user_attributes',
  connection_id: 'c',
  data_model_id: 'm',
  state: 'new',
  environment: 'production',
  sync_mode: { type: 'incremental', iterator_field: 'at', iterator_data_type: 'timestamp' },
  schedule: { type: 'interval', frequency: 'hourly', start: '2026-01-01T00:00:00Z' },
};
const sync = (more: object): object => ({ sync_mode: { ...wish.sync_mode, ...more } });
const schedule = (more: object): object => ({ schedule: { ...wish.schedule, ...more } });

const fields: readonly (readonly [object, number])[] = [
  [{}, 200],
  ...['id', 'name', 'pipeline_type', 'connection_id', 'data_model_id', 'state', 'environment', 'sync_mode', 'schedule'].map(
    (name) => [{ [name]: undefined }, 400] as const,
  ),
  [{ pipeline_type: 'users' }, 400],
  [{ state: 'inactive' }, 400],
  [{ environment: 'test' }, 400],
  [{ partner_feed_id: 0, partner_feed_key: 'k' }, 200],
  [{ partner_feed_id: 5 }, 404],
  [{ partner_feed_id: '5' }, 400],
  [{ data_plan_id: 'x', data_plan_version: 'two' }, 400],
  ...[
    'timestamp',
    'timestamp_ltz',
    'timestamp_ntz',
    'timestamp_tz',
    'datetime',
    'datetime_tz',
    'date',
    'timestamp_unixtime_ms',
    'timestamp_unixtime_s',
  ].map((iterator_data_type) => [sync({ iterator_data_type }), 200] as const),
  [sync({ iterator_data_type: 'time' }), 400],
  [sync({ iterator_field: undefined }), 400],
  [sync({ iterator_data_type: undefined }), 400],
  [sync({ type: 'full' }), 200],
  [sync({ type: 'full', iterator_field: undefined, iterator_data_type: undefined }), 200],
  [sync({ type: 'full', iterator_field: undefined, from: '2026-01-01T00:00:00Z' }), 400],
  [sync({ type: 'partial' }), 400],
  [sync({ from: '2026-01-02T00:00:00Z', until: '2026-01-01T00:00:00Z' }), 400],
  [sync({ from: '2026-01-01T01:00:00+01:00', until: '2026-01-01T00:00:00Z' }), 200],
  [sync({ from: '2026-01-01' }), 400],
  [sync({ from: '2026-02-30T00:00:00Z' }), 400],
  [sync({ from: '2026-01-01T:00:00:00Z' }), 200],
  [schedule({ frequency: undefined }), 400],
  [schedule({ frequency: 'yearly' }), 400],
  ...['hourly', 'daily', 'weekly', 'monthly'].map((frequency) => [schedule({ frequency }), 200] as const),
  [schedule({ start: undefined }), 400],
  [schedule({ end: '2025-01-01T00:00:00Z' }), 400],
  [schedule({ end: '2026-01-01T00:00:00Z' }), 200],
  ...['30s', '15m', '2h', '5d', '1w', '1y'].map((delay) => [schedule({ delay }), 200] as const),
  ...['5', 'm', '-5m', '5M', '1.5h', ''].map((delay) => [schedule({ delay }), 400] as const),
  [{ schedule: { type: 'once' } }, 200],
  [{ schedule: { type: 'on-demand' } }, 200],
  [{ schedule: { type: 'cron' } }, 400],
];

test('each field of a pipeline has its rule', async () => {
  for (const [change, status] of fields) {
    const reply = await ask('POST', pipelines, { ...wish, ...change });
    assert.equal(reply.status, status, JSON.stringify([change, reply.body]));
    if (status === 200) await must('DELETE', `${pipelines}/p0`);
  }
});

/** The same two instants, one in the range up to noon and one behind it, as each type of iterator writes them. */
const iterators: readonly (readonly [string, string, string])[] = [
  ['timestamp_tz', 'timestamptz', `'2025-12-31 23:00:00-01', '2026-01-01 12:00:01+00'`],
  ['timestamp_ltz', 'timestamptz', `'2026-01-01 00:00:00+00', '2026-01-01 13:00:00+00'`],
  ['datetime_tz', 'timestamptz', `'2026-01-01 12:00:00+00', '2026-01-01 12:00:00.5+00'`],
  ['timestamp', 'timestamp', `'2026-01-01 12:00:00', '2026-01-01 12:00:00.5'`],
  ['timestamp_ntz', 'timestamp', `'2026-01-01 12:00:00', '2026-01-01 12:00:01'`],
  ['datetime', 'timestamp', `'2026-01-01 00:00:00', '2026-01-02 00:00:00'`],
  ['date', 'date', `'2026-01-01', '2026-01-02'`],
  ['timestamp_unixtime_ms', 'bigint', `1767268800000, 1767268800500`],
  ['timestamp_unixtime_s', 'bigint', `1767268800, 1767268801`],
];

test('each type of iterator compares as it should, and NULL is never selected', async () => {
  await advance('2026-01-01T12:00:00Z');
  for (const [at, [type, native, values]] of iterators.entries()) {
    const [before = '', behind = ''] = values.split(', ');
    await server.sql(
      sourceUrl,
      `create table it_${type} (email text, at ${native}); insert into it_${type} values ('in@x', ${before}), ('out@x', ${behind}), ('null@x', null)`,
    );
    const config = { sql_query: `select email, at from it_${type}` };
    await must('POST', `${base}/data-models`, { id: type, name: type, state: 'active', type: 'sql', config });
    await must('POST', pipelines, {
      ...wish,
      id: type,
      data_model_id: type,
      state: 'active',
      sync_mode: { type: 'incremental', iterator_field: 'AT', iterator_data_type: type },
      schedule: { type: 'on_demand' },
    });
    await must('POST', `${pipelines}/trigger`, { pipeline_id: type });
    // One instant for all: a clock that stands still, moved by nothing but the end of the run.
    await advance(`2026-01-01T12:00:00.${String(at + 1).padStart(3, '0')}Z`);
    const run = (await must('GET', `${pipelines}/${type}/report`))['latest_pipeline_run'] as Body; // our own JSON
    assert.deepEqual([run['status'], run['errors']], ['success', []], type);
    const rows = await query(`select email from mparticle_${type}`);
    assert.deepEqual([rows, run['successful_records']], [[['in@x']], 1], type);
    await must('DELETE', `${pipelines}/${type}`);
  }
});

test('every reserved column is an identity in any case, everything else an attribute under its own name', async () => {
  const names = reserved.map(({ field }) => field);
  assert.equal(names.length, 34);
  const columns = names.map((name, i) => `'${name}@x' as "${i % 2 === 0 ? name.toUpperCase() : name}"`);
  const config = { sql_query: `select ${columns.join(', ')}, 7 as "$Age", '{"a": 1}'::json as prefs, now() as "At"` };
  await must('POST', `${base}/data-models`, { id: 'ids', name: 'I', state: 'active', type: 'sql', config });
  const sync_mode = { type: 'full', iterator_field: 'at', iterator_data_type: 'timestamp_tz' };
  await must('POST', pipelines, {
    ...wish,
    id: 'ids',
    data_model_id: 'ids',
    state: 'active',
    sync_mode,
    schedule: { type: 'on_demand' },
  });
  await must('POST', `${pipelines}/trigger`, { pipeline_id: 'ids' });
  await advance('2026-01-01T13:00:00Z');
  const known = await query(
    "select i.type, i.value from headgate.identities i where i.value like '%@x' and i.value <> 'in@x' and i.value <> 'out@x'",
  );
  const types = new Set(reserved.map(({ type }) => type));
  assert.deepEqual(new Set(known.map(([type]) => type)), types);
  const [[properties] = []] = await query(
    "select p.properties from headgate.profiles p join headgate.identities i on i.profile = p.id where i.value = 'twitter@x'",
  );
  assert.deepEqual(JSON.parse(properties ?? ''), { $Age: 7, prefs: '{"a": 1}' });
});

const eventTypes = 'custom_event commerce_event session_start session_end screen_view uninstall crash_report opt_out push_registration application_state_transition push_message network_performance breadcrumb'.split(' '); // prettier-ignore
const customTypes = 'attribution location media navigation search social transaction user_content user_preference other'.split(
  ' ',
);

test('every known type of event is one, and no other', async () => {
  const rows = [
    ...eventTypes.map((type) => [type, 'n', 'other', null]),
    ...customTypes.map((type) => ['custom_event', 'n', type, '1767225600000']),
    ['strange', 'n', 'other', null],
    [null, 'n', 'other', null],
    ['custom_event', null, 'other', null],
    ['custom_event', 'n', 'strange', null],
    ['custom_event', 'n', 'other', 'soon'],
  ];
  await server.sql(sourceUrl, 'create table ev (n int, type text, name text, kind text, ms text)');
  const text = (value: string | null | undefined): string => (value == null ? 'null' : `'${value}'`);
  const values = rows.map((row, n) => `(${n}, ${row.map(text).join(', ')})`);
  await server.sql(sourceUrl, `insert into ev values ${values.join(', ')}`);
  const config = { sql_query: 'select * from ev' };
  await must('POST', `${base}/data-models`, { id: 'ev', name: 'E', state: 'active', type: 'sql', config });
  const column = (source: string, destination: string): object => ({ mapping_type: 'column', source, destination });
  const mappings = [
    column('type', 'events.event_type'),
    column('name', 'events.data.event_name'),
    column('kind', 'events.data.custom_event_type'),
    column('ms', 'events.data.timestamp_unixtime_ms'),
  ];
  await must('POST', `${base}/field-transformations`, { id: 'ev', name: 'E', destination_type: 'event_batch', mappings });
  await must('POST', pipelines, {
    ...wish,
    id: 'ev',
    pipeline_type: 'events',
    data_model_id: 'ev',
    field_transformation_id: 'ev',
    state: 'active',
    sync_mode: { type: 'full' },
    schedule: { type: 'on_demand' },
  });
  for (const at of ['14', '15']) {
    await must('POST', `${pipelines}/trigger`, { pipeline_id: 'ev' });
    await advance(`2026-01-01T${at}:00:00Z`);
    const run = (await must('GET', `${pipelines}/ev/report`))['latest_pipeline_run'] as Body; // our own JSON
    const good = eventTypes.length + customTypes.length;
    assert.deepEqual([run['errors'], run['successful_records'], run['failed_records']], [[], good, rows.length - good]);
    assert.deepEqual([run['range_start'], run['range_end']], [null, null]);
  }
  // A full sync that is repeated repeats its events.
  const [[count] = []] = await query(`select count(*) from headgate.events where properties ->> 'data.event_name' = 'n'`);
  assert.equal(count, String(2 * (eventTypes.length + customTypes.length)));
});
