/** Runs as they are listed, made up for, stopped and held back. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Client } from 'pg';
import { createApi } from '../../server.ts';
import { open } from './harness.ts';
import { mparticle } from './index.ts';

const bench = await open('2026-01-01T00:00:00Z');
const { must, base, advance, server, sourceUrl, state } = bench;
const holder = new Client(sourceUrl);
await holder.connect();
after(async () => {
  await holder.end();
  await bench.close();
});

const pipelines = `${base}/inputs/data-pipelines`;
await server.sql(
  sourceUrl,
  `create table t (email text, at timestamptz); insert into t values ('a@x', '2025-12-31Z'), ('b@x', null)`,
);
await bench.connect();
const config = { sql_query: 'select * from t' };
await must('POST', `${base}/data-models`, { id: 'm', name: 'M', state: 'active', type: 'sql', config });

const create = async (id: string, sync_mode: object, schedule: object): Promise<unknown> =>
  await must('POST', pipelines, {
    id,
    name: 'P',
    pipeline_type: 'user_attributes',
    connection_id: 'c',
    data_model_id: 'm',
    state: 'active',
    environment: 'production',
    sync_mode,
    schedule,
  });
const by = { type: 'incremental', iterator_field: 'at', iterator_data_type: 'timestamp_tz' };
const hourly = (start: string): object => ({ type: 'interval', frequency: 'hourly', start });

type Run = Readonly<Record<string, unknown>>;

const page = async (id: string, query: string): Promise<Run> => await must('GET', `${pipelines}/${id}/runs?${query}`);
const told = async (id: string, query: string, ...names: readonly string[]): Promise<unknown> =>
  ((await page(id, query))['items'] as readonly Run[]).map((run) => names.map((name) => run[name])); // our own JSON

test('every step reads all of a full model; pages count truly, oldest first, and both of their dates are included', async () => {
  await create('f', { type: 'full' }, hourly('2026-01-01T01:00:00Z'));
  await advance('2026-01-01T05:00:00Z');
  assert.deepEqual(
    await told('f', '', 'logical_date', 'range_start', 'range_end', 'successful_records'),
    ['00', '01', '02', '03', '04'].map((hour) => [`2026-01-01T${hour}:00:00.000Z`, null, null, 2]),
  );
  const { items, ...second } = await page('f', 'currentPage=2&pageSize=2');
  assert.equal((items as readonly Run[]).length, 2);
  assert.deepEqual(second, {
    current_page: 2,
    page_size: 2,
    total_pages: 3,
    total_items: 5,
    has_previous_page: true,
    has_next_page: true,
  });
  const [all, ids] = [await told('f', 'pageSize=500', 'id'), await told('f', 'currentPage=2&pageSize=2', 'id')];
  assert.deepEqual(
    (all as number[][]).toSorted(([a = 0], [b = 0]) => a - b),
    all,
  );
  assert.deepEqual((all as number[][]).slice(2, 4), ids);
  const between = 'startDate=2026-01-01T01:00:00Z&endDate=2026-01-01T04:00:00%2B01:00';
  assert.deepEqual(await told('f', between, 'logical_date'), [
    ['2026-01-01T01:00:00.000Z'],
    ['2026-01-01T02:00:00.000Z'],
    ['2026-01-01T03:00:00.000Z'],
  ]);
  await must('DELETE', `${pipelines}/f`);
});

test('steps from before the activation are made up for, as far back as the workspace has it', async () => {
  await must('PUT', '/v1/workspaces/1/limits', { ranges: { catch_up: { hourly: '3h' } } }, bench.admin);
  await advance('2026-01-01T09:30:00Z');
  await create('u', by, hourly('2025-06-01T00:00:00Z'));
  await advance('2026-01-01T09:30:01Z');
  assert.deepEqual(await told('u', '', 'type', 'range_start', 'range_end'), [
    ['scheduled', null, '2026-01-01T07:00:00.000Z'],
    ['scheduled', '2026-01-01T07:00:00.000Z', '2026-01-01T08:00:00.000Z'],
    ['scheduled', '2026-01-01T08:00:00.000Z', '2026-01-01T09:00:00.000Z'],
  ]);
  await must('DELETE', `${pipelines}/u`);
});

test('the run of a pipeline that is deleted is stopped', async () => {
  await create('d', by, { type: 'on_demand' });
  await holder.query('begin; lock table t');
  await must('POST', `${pipelines}/trigger`, { pipeline_id: 'd' });
  await must('DELETE', `${pipelines}/d`);
  await holder.query('commit');
  await advance('2026-01-01T10:00:00Z');
  const last = await state.db.query<{ state: string }>('select state from headgate.runs order by id desc limit 1');
  assert.deepEqual(last, [{ state: 'cancelled' }]);
});

test('who asks too often is told so in the words of this vocabulary', async () => {
  const slow = createApi(state.ports, '0.0.0', 1, [mparticle], undefined, () => 0);
  const token = await state.token(['*'], 1);
  const get = async (): Promise<Response> =>
    await slow.request(`${base}/plans`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal((await get()).status, 200);
  const held = await get();
  assert.deepEqual([held.status, held.headers.get('x-mp-rate-limit-exceeded')], [429, '60']);
  const body = (await held.json()) as { statusCode: number; errors: readonly { message: string }[] };
  assert.deepEqual([body.statusCode, body.errors.length], [429, 1]);
});
