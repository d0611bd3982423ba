/** The worked timestamps of the contract through HTTP, with real rows, on a clock that the test moves. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open, type Reply } from './harness.ts';

const bench = await open('2023-01-31T23:00:00Z');
const { ask, must, base, advance, server, sourceUrl } = bench;
after(async () => await bench.close());

const pipelines = `${base}/inputs/data-pipelines`;
await server.sql(sourceUrl, 'create table people (email text, n int, updated_on timestamptz)');
await bench.connect();
const model = {
  id: 'm',
  name: 'M',
  state: 'active',
  type: 'sql',
  config: { sql_query: 'select email, n, updated_on from people;' },
};
await must('POST', `${base}/data-models`, model);

const iterator = { iterator_field: 'UPDATED_ON', iterator_data_type: 'datetime_tz' };

async function pipeline(id: string, sync: object, schedule: object, more: object = {}): Promise<Reply['body']> {
  return await must('POST', pipelines, {
    id,
    name: id,
    pipeline_type: 'user_attributes',
    connection_id: 'c',
    data_model_id: 'm',
    state: 'active',
    environment: 'development',
    sync_mode: {
      type: 'incremental',
      ...iterator,
      ...sync,
    },
    schedule,
    ...more,
  });
}

interface Run {
  readonly id: number;
  readonly type: string;
  readonly status: string;
  readonly logical_date: string;
  readonly range_start: string | null;
  readonly range_end: string | null;
  readonly successful_records: number;
  readonly errors: readonly { readonly message: string }[];
}

const runs = async (id: string): Promise<readonly Run[]> =>
  (await must('GET', `${pipelines}/${id}/runs?pageSize=500`))['items'] as readonly Run[]; // our own JSON

const short = (text: string | null): string | null => text && text.slice(0, 16);
const spans = async (id: string) =>
  (await runs(id)).map((run) => [short(run.range_start), short(run.range_end), short(run.logical_date)]);
const status = async (id: string): Promise<unknown> => (await must('GET', `${pipelines}/${id}`))['status'];
const trigger = async (id: string): Promise<Reply> => await ask('POST', `${pipelines}/trigger`, { pipeline_id: id });
const rows = async (table: string): Promise<unknown> => {
  const asked = await must('POST', '/v1/workspaces/1/warehouse/query', { sql: `select n from ${table} order by 1` });
  return (asked['rows'] as readonly (readonly unknown[])[]).map(([n]) => Number(n)); // our own JSON
};

test('cases A to D: grids, delays, bounds, months', async () => {
  const made = await pipeline('a', {}, { type: 'interval', frequency: 'hourly', start: '2023-02-01T00:15:00Z' });
  assert.deepEqual([made['status'], (made['schedule'] as { delay: string }).delay], ['idle', '0s']);
  await pipeline('b', {}, { type: 'interval', frequency: 'hourly', start: '2023-02-01T00:00:00Z', delay: '15m' });
  // The vendor's own sample holds a stray colon.
  const c = await pipeline(
    'c',
    { from: '2023-02-01T12:00:00Z', until: '2023-03-01T:12:00:00Z' },
    { type: 'interval', frequency: 'daily', start: '2023-02-01T12:00:00Z', end: '2023-03-01T:12:00:00Z' },
  );
  assert.equal((c['sync_mode'] as { until: string }).until, '2023-03-01T12:00:00Z');
  await pipeline(
    'd',
    { from: '2020-01-01T00:00:00Z' },
    { type: 'interval', frequency: 'monthly', start: '2023-02-01T00:00:00Z', delay: '5d' },
  );
  const times = ['00:00:00', '00:30:00', '01:00:00', '01:59:59', '02:00:00'];
  await server.sql(sourceUrl, times.map((at, n) => `insert into people values ('p${n}', ${n}, '2023-02-01 ${at}+00')`).join(';'));
  await advance('2023-02-01T02:20:00Z');
  assert.deepEqual((await spans('a')).slice(0, 2), [
    [null, '2023-02-01T00:15', '2023-01-31T23:15'],
    ['2023-02-01T00:15', '2023-02-01T01:15', '2023-02-01T00:15'],
  ]);
  assert.deepEqual(await spans('b'), [
    [null, '2023-02-01T00:00', '2023-01-31T23:00'],
    ['2023-02-01T00:00', '2023-02-01T01:00', '2023-02-01T00:00'],
    ['2023-02-01T01:00', '2023-02-01T02:00', '2023-02-01T01:00'],
  ]);
  // Both ends of a range are included: what lies on a boundary is read twice.
  assert.deepEqual(
    (await runs('b')).map((run) => run.successful_records),
    [1, 3, 3],
  );
  assert.deepEqual(await rows('mparticle_b'), [0, 0, 1, 2, 2, 3, 4]);
  await must('DELETE', `${pipelines}/a`);
  await must('DELETE', `${pipelines}/b`);
  await advance('2023-03-02T00:00:00Z');
  const daily = await spans('c');
  assert.deepEqual(daily[0], ['2023-02-01T12:00', '2023-02-02T12:00', '2023-02-01T12:00']);
  assert.deepEqual([daily.length, daily.at(-1)], [28, ['2023-02-28T12:00', '2023-03-01T12:00', '2023-02-28T12:00']]);
  assert.equal(await status('c'), 'idle');
  await must('DELETE', `${pipelines}/c`);
  await advance('2023-03-06T00:00:00Z');
  assert.deepEqual(await spans('d'), [
    ['2020-01-01T00:00', '2023-02-01T00:00', '2023-01-01T00:00'],
    ['2023-02-01T00:00', '2023-03-01T00:00', '2023-02-01T00:00'],
  ]);
  await must('DELETE', `${pipelines}/d`);
});

test('the failure clock: a fault drops ticks, the next run covers the gap', async () => {
  const report = async () => await must('GET', `${pipelines}/f/report`);
  await advance('2023-03-10T03:20:00Z');
  await pipeline('f', { from: '2023-03-10T03:15:00Z' }, { type: 'interval', frequency: 'hourly', start: '2023-03-10T03:15:00Z' });
  await advance('2023-03-10T04:15:00Z');
  assert.deepEqual((await spans('f')).at(-1), ['2023-03-10T03:15', '2023-03-10T04:15', '2023-03-10T03:15']);
  await server.sql(sourceUrl, 'alter table people rename column n to m');
  await advance('2023-03-10T05:15:00Z');
  const faulted = await report();
  assert.deepEqual(
    [faulted['status'], faulted['data_model_status'], faulted['connection_status']],
    ['faulted', 'invalid', 'healthy'],
  );
  assert.equal((await must('GET', `${base}/data-models/m`))['status'], 'invalid');
  await advance('2023-03-10T06:40:00Z');
  assert.deepEqual(
    (await runs('f')).map((run) => run.status),
    ['success', 'failed'],
  );
  await must('PUT', `${base}/data-models/m`, { ...model, config: { sql_query: 'select email, m as n, updated_on from people' } });
  assert.deepEqual([await status('f'), (await report())['data_model_status']], ['idle', 'valid']);
  await advance('2023-03-10T07:15:00Z');
  assert.deepEqual((await spans('f')).at(-1), ['2023-03-10T04:15', '2023-03-10T07:15', '2023-03-10T06:15']);
  await advance('2023-03-10T07:30:00Z');
  const asked = await trigger('f');
  assert.deepEqual(
    [asked.status, asked.body['status'], typeof asked.body['pipeline_run_id']],
    [200, 'attempt_requested', 'number'],
  );
  await advance('2023-03-10T08:15:00Z');
  const [manual, last] = (await runs('f')).slice(-2);
  assert.deepEqual(
    [manual?.type, manual?.range_start, manual?.range_end, manual?.logical_date],
    ['manual', '2023-03-10T07:15:00.000Z', '2023-03-10T07:30:00.000Z', '2023-03-10T07:15:00.000Z'],
  );
  assert.deepEqual(
    [short(last?.range_start ?? null), short(last?.range_end ?? null), short(last?.logical_date ?? null)],
    ['2023-03-10T07:30', '2023-03-10T08:15', '2023-03-10T07:15'],
  );
  const told = await report();
  assert.deepEqual([told['latest_successful_pipeline_run_id'], (told['latest_pipeline_run'] as Run).id], [last?.id, last?.id]);
  await must('DELETE', `${pipelines}/f`);
});

test('cases E to G: an upper bound between ticks, a late end, months from the 31st', async () => {
  await advance('2023-12-31T23:00:00Z');
  const from = '2024-01-01T00:00:00Z';
  await pipeline('e', { from, until: '2024-01-01T02:30:00Z' }, { type: 'interval', frequency: 'hourly', start: from });
  await pipeline('f', {}, { type: 'interval', frequency: 'hourly', start: from, delay: '15m', end: '2024-01-01T02:00:00Z' });
  await pipeline(
    'g',
    { from: '2024-01-31T00:00:00Z' },
    { type: 'interval', frequency: 'monthly', start: '2024-01-31T00:00:00Z' },
  );
  await advance('2024-01-01T06:00:00Z');
  assert.deepEqual(await spans('e'), [
    ['2024-01-01T00:00', '2024-01-01T01:00', '2024-01-01T00:00'],
    ['2024-01-01T01:00', '2024-01-01T02:00', '2024-01-01T01:00'],
    ['2024-01-01T02:00', '2024-01-01T02:30', '2024-01-01T02:00'],
  ]);
  assert.deepEqual(
    (await spans('f')).map(([, to]) => to),
    ['2024-01-01T00:00', '2024-01-01T01:00', '2024-01-01T02:00'],
  );
  await must('DELETE', `${pipelines}/e`);
  await must('DELETE', `${pipelines}/f`);
  await advance('2024-04-30T00:00:00Z');
  assert.deepEqual(await spans('g'), [
    ['2024-01-31T00:00', '2024-02-29T00:00', '2024-01-31T00:00'],
    ['2024-02-29T00:00', '2024-03-31T00:00', '2024-02-29T00:00'],
    ['2024-03-31T00:00', '2024-04-30T00:00', '2024-03-31T00:00'],
  ]);
  await must('DELETE', `${pipelines}/g`);
});

test('on demand: each trigger continues where the last good one ended', async () => {
  await advance('2025-02-01T15:13:22Z');
  await pipeline('o', { from: '2020-01-01T00:00:00Z' }, { type: 'on-demand' });
  assert.deepEqual((await must('GET', `${pipelines}/o`))['schedule'], { type: 'on_demand', delay: '0s' });
  await pipeline('s', {}, { type: 'on_demand', start: '2025-02-01T00:00:00Z' });
  await advance('2025-02-04T08:30:17Z');
  for (const id of ['o', 's']) assert.equal((await trigger(id)).status, 200);
  await advance('2025-02-04T08:30:18Z');
  await server.sql(sourceUrl, 'alter table people rename column m to n');
  await advance('2025-02-06T00:00:00Z');
  assert.equal((await trigger('o')).status, 200);
  await advance('2025-02-06T00:00:01Z');
  assert.equal(await status('o'), 'faulted');
  await server.sql(sourceUrl, 'alter table people rename column n to m');
  await advance('2025-02-08T12:05:45Z');
  // A faulted pipeline is tried again by hand, and its success clears the fault.
  for (const id of ['o', 's']) assert.equal((await trigger(id)).status, 200);
  await advance('2025-02-08T12:05:46Z');
  const ranges = async (id: string) => (await runs(id)).map((run) => [run.status, run.range_start, run.range_end]);
  assert.deepEqual(await ranges('o'), [
    ['success', '2020-01-01T00:00:00.000Z', '2025-02-04T08:30:17.000Z'],
    ['failed', '2025-02-04T08:30:17.000Z', '2025-02-06T00:00:00.000Z'],
    ['success', '2025-02-04T08:30:17.000Z', '2025-02-08T12:05:45.000Z'],
  ]);
  assert.deepEqual(await ranges('s'), [
    ['success', '2025-02-01T00:00:00.000Z', '2025-02-04T08:30:17.000Z'],
    ['success', '2025-02-04T08:30:17.000Z', '2025-02-08T12:05:45.000Z'],
  ]);
  assert.deepEqual([await status('o'), (await must('GET', `${base}/data-models/m`))['status']], ['idle', 'valid']);
  for (const id of ['o', 's']) await must('DELETE', `${pipelines}/${id}`);
});

test('once runs once, whole or between its bounds; a later change runs nothing', async () => {
  await advance('2025-03-01T00:00:00Z');
  await server.sql(
    sourceUrl,
    "truncate people; insert into people values ('a', 1, '2019-06-01Z'), ('b', 2, '2020-06-01Z'), ('c', 3, null)",
  );
  const year = { from: '2020-01-01T00:00:00Z', until: '2021-01-01T00:00:00Z' };
  await pipeline('y', { type: 'full', ...year }, { type: 'once' });
  await pipeline('w', { type: 'full_sync', iterator_field: undefined, iterator_data_type: undefined }, { type: 'once' });
  await pipeline('i', {}, { type: 'once' });
  await advance('2025-03-01T00:00:01Z');
  const seen = async (id: string) =>
    (await runs(id)).map((run) => [run.type, run.successful_records, short(run.range_start), short(run.range_end)]);
  assert.deepEqual(await seen('y'), [['scheduled', 1, '2020-01-01T00:00', '2021-01-01T00:00']]);
  assert.deepEqual(await seen('w'), [['scheduled', 3, null, null]]);
  assert.deepEqual(await seen('i'), [['scheduled', 2, null, '2025-03-01T00:00']]);
  await must('PATCH', `${pipelines}/y`, { name: 'other' });
  await advance('2025-03-02T00:00:00Z');
  assert.equal((await runs('y')).length, 1);
});
