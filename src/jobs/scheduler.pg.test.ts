/** What becomes a run, by the state database alone: no worker takes anything here. */
import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { addPipeline } from '../../test/support/pipelines.ts';
import { startPostgres } from '../../test/support/postgres.ts';
import { openState } from '../../test/support/state.ts';
import { claimRun, endRun } from '../store/leases.ts';
import { look, pass, startScheduler } from './scheduler.ts';

const server = await startPostgres();
const state = await openState(server);
const { db } = state;
after(async () => {
  await state[Symbol.asyncDispose]();
  await server.stop();
});
beforeEach(async () => {
  await db.query('delete from headgate.runs');
  await db.query('update headgate.pipelines set after_id = null');
  await db.query('delete from headgate.pipelines');
});

const at = (text: string): Date => new Date(`2026-01-01T${text}:00Z`);
const hourly = { kind: 'interval', every: 1, unit: 'hours', start: '2026-01-01T00:00:00Z' };
const limits = { perWorkspace: 100, perConnection: 100 };

async function finish(run: string, now: Date): Promise<void> {
  const claimed = await claimRun(db, run, 'w', { now, limits });
  assert.ok(claimed);
  await endRun(db, run, claimed.fence, { state: 'succeeded', receipts: [], error: null });
}

const runs = async (): Promise<readonly { id: string; due: string; span: string | null; pipeline_id: string }[]> =>
  await db.query(
    `select id, pipeline_id, to_char(due_at at time zone 'UTC', 'HH24:MI') as due,
       to_char(span_from at time zone 'UTC', 'HH24:MI') || '-' || to_char(span_to at time zone 'UTC', 'HH24:MI') as span
     from headgate.runs order by due_at, id`,
  );

test('a tick becomes a run with the time that it is about, a job, and the next due time', async () => {
  const id = await addPipeline(db, { schedule: { ...hourly, delay: '15m' }, next_due_at: at('01:15') });
  assert.equal(await pass(db, at('01:14')), 0);
  assert.equal(await pass(db, at('01:15')), 1);
  const [run] = await runs();
  assert.deepEqual([run?.due, run?.span], ['01:15', '00:00-01:00']);
  assert.equal((await db.query('select from graphile_worker.jobs where key = $1', [run?.id])).length, 1);
  const [row] = await db.query<{ next_due_at: Date; last_due_at: Date }>(
    'select next_due_at, last_due_at from headgate.pipelines where id = $1',
    [id],
  );
  assert.deepEqual([row?.next_due_at, row?.last_due_at], [at('02:15'), at('01:15')]);
});

test('ten schedulers at once dispatch each of many ticks once', async () => {
  const pipelines = Array.from(
    { length: 700 },
    async () => await addPipeline(db, { schedule: hourly, next_due_at: at('05:00') }),
  );
  await Promise.all(pipelines);
  const counts = await Promise.all(Array.from({ length: 10 }, async () => await pass(db, at('05:00'))));
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    700,
  );
  const all = await runs();
  assert.deepEqual([all.length, new Set(all.map(({ pipeline_id }) => pipeline_id)).size], [700, 700]);
});

test('while a run waits to start, ticks wait with it; what is missed is caught up in order, or only its newest', async () => {
  const caught = await addPipeline(db, { schedule: { ...hourly, catch_up: '1d' }, next_due_at: at('05:00') });
  const newest = await addPipeline(db, { schedule: hourly, next_due_at: at('05:00') });
  const dues: Record<string, string[]> = { [caught]: [], [newest]: [] };
  assert.equal(await pass(db, at('05:00')), 2);
  assert.equal(await pass(db, at('06:00')), 0);
  for (let look = 0; look < 6; look++) {
    await pass(db, at('08:30'));
    for (const { id, due, pipeline_id } of await runs()) {
      const [row] = await db.query<{ state: string }>('select state from headgate.runs where id = $1', [id]);
      if (row?.state !== 'queued') continue;
      dues[pipeline_id]?.push(due);
      await finish(id, at('08:30'));
    }
  }
  assert.deepEqual(dues, { [caught]: ['05:00', '06:00', '07:00', '08:00'], [newest]: ['05:00', '08:00'] });
});

test('paused and archived pipelines do not run', async () => {
  for (const paused of ['paused', 'archived'] as const) {
    await addPipeline(db, { state: paused, schedule: hourly, next_due_at: at('01:00') });
  }
  assert.equal(await pass(db, at('03:00')), 0);
});

test('a schedule that cannot be read stops nobody else', async () => {
  await addPipeline(db, { schedule: { kind: 'lunar' }, next_due_at: at('01:00') });
  await addPipeline(db, { schedule: hourly, next_due_at: at('02:00') });
  assert.equal(await pass(db, at('03:00')), 1);
});

test('a retry is woken when its time has come, and a decision that nobody made ends its run', async () => {
  const pipeline = await addPipeline(db);
  await db.query(
    `insert into headgate.runs (id, workspace_id, pipeline_id, state, cause, retry_at, review_until) values
       ('run_again', 1, $1, 'retrying', 'manual', $2, null), ('run_held', 1, $1, 'needs_review', 'manual', null, $2)`,
    [pipeline, at('02:00')],
  );
  const seen = async (): Promise<readonly unknown[]> => [
    (await db.query("select from graphile_worker.jobs where key = 'run_again'")).length,
    (await db.query<{ state: string }>("select state from headgate.runs where id = 'run_held'"))[0]?.state,
    (await claimRun(db, 'run_again', 'w', { now: at('01:59'), limits }))?.id,
  ];
  await pass(db, at('01:59'));
  assert.deepEqual(await seen(), [0, 'needs_review', undefined]);
  await pass(db, at('02:00'));
  assert.deepEqual(await seen(), [1, 'failed', undefined]);
  assert.equal((await claimRun(db, 'run_again', 'w', { now: at('02:00'), limits }))?.id, 'run_again');
});

test('a pipeline that lost its due time gets it back when a scheduler starts, and runs by itself', async () => {
  const id = await addPipeline(db, { schedule: { kind: 'every', period: '1h' } });
  const scheduler = await startScheduler(db, { now: () => at('09:00') });
  while ((await runs()).length === 0) await scheduler.exclusively(() => Promise.resolve());
  await scheduler.stop();
  assert.deepEqual(
    (await runs()).map(({ pipeline_id, due }) => [pipeline_id, due]),
    [[id, '09:00']],
  );
});

test('what falls due while a look goes on is looked for at once, and a look that finds nothing waits for what comes', async () => {
  await addPipeline(db, { schedule: hourly, next_due_at: at('05:00') });
  await addPipeline(db, { schedule: hourly, next_due_at: at('05:01') });
  const reading = (...times: readonly string[]): { now(): Date } => {
    const left = times.map(at);
    return { now: () => (left.length > 1 ? left.shift() : left[0]) ?? at('00:00') };
  };
  assert.equal(await look(db, reading('04:30')), 1000);
  assert.equal((await runs()).length, 0);
  assert.equal(await look(db, reading('05:00', '05:02')), 0);
  assert.deepEqual(
    (await runs()).map(({ due }) => due),
    ['05:00'],
  );
  const close = { now: () => new Date(at('05:01').getTime() - 40) };
  assert.equal(await look(db, close), 40);
});
