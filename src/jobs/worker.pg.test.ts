/** Runs from the queue to their end, with the engine left out: what a run does is the test's. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { addConnection, addPipeline } from '../../test/support/pipelines.ts';
import { startPostgres } from '../../test/support/postgres.ts';
import { openState } from '../../test/support/state.ts';
import { systemClock } from '../domain/clock.ts';
import { HeadgateError } from '../domain/error.ts';
import { newId } from '../domain/ids.ts';
import { insertWorkspace } from '../store/workspaces.ts';
import { approveRun, cancelWaiting, findRun, insertRun, rejectRun, requestCancel, type RunRow } from '../store/runs.ts';
import { wake } from './queue.ts';
import { startWorker, type Execute, type Worker } from './worker.ts';

const server = await startPostgres();
const state = await openState(server);
const { db } = state;
after(async () => {
  await state[Symbol.asyncDispose]();
  await server.stop();
});

const limits = { perWorkspace: 100, perConnection: 100 };
const succeed = { state: 'succeeded', receipts: [], error: null } as const;

async function trigger(pipeline: string, workspace = 1): Promise<string> {
  return await db.tx(async (tx) => {
    const { id } = await insertRun(tx, workspace, newId('run'), pipeline, 'manual');
    await wake(tx, id);
    return id;
  });
}

async function until(run: string, wanted: RunRow['state'], workspace = 1): Promise<RunRow> {
  for (;;) {
    const row = await findRun(db, workspace, run);
    if (row?.state === wanted) return row;
    await wait(10);
  }
}

/** Long enough that nothing in these tests comes from a renewal. */
const options = { concurrency: 4, limits, clock: systemClock, renewMs: 600_000 };

async function working(execute: Execute, more: object = {}): Promise<Worker & AsyncDisposable> {
  const worker = await startWorker(db, execute, { ...options, ...more });
  return { ...worker, [Symbol.asyncDispose]: async () => await worker.stop(0) };
}

/** Works until it is told to stop. */
const endless: Execute = async (_run, { signal }) => {
  if (!signal.aborted) await new Promise((done) => signal.addEventListener('abort', done));
  return { state: 'cancelled', receipts: [], error: null };
};

test('a running run hears at once that it is cancelled, without waiting for a renewal', async () => {
  await using _worker = await working(endless);
  const run = await trigger(await addPipeline(db));
  await until(run, 'running');
  await requestCancel(db, 1, run);
  assert.ok((await until(run, 'cancelled')).finished_at);
});

test('a worker that lost the session on which it hears opens another one', async () => {
  await using _worker = await working(endless);
  await db.query("select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen headgate_cancel%'");
  const listening = `select from pg_stat_activity where query like 'listen headgate_cancel%'`;
  while ((await db.query(listening)).length === 0) await wait(10);
  const run = await trigger(await addPipeline(db));
  await until(run, 'running');
  await requestCancel(db, 1, run);
  await until(run, 'cancelled');
});

test('a request to cancel that nobody heard is seen by the next renewal, and by the next owner', async () => {
  await using _worker = await working(endless, { renewMs: 50 });
  const run = await trigger(await addPipeline(db));
  await until(run, 'running');
  await db.query('update headgate.runs set cancel_requested_at = now() where id = $1', [run]);
  await until(run, 'cancelled');
  const pipeline = await addPipeline(db);
  await db.query(
    `insert into headgate.runs (id, workspace_id, pipeline_id, state, cause, attempt, lease_until, cancel_requested_at)
     values ('run_orphan', 1, $1, 'running', 'manual', 1, now() - interval '1 minute', now())`,
    [pipeline],
  );
  await wake(db, 'run_orphan');
  await until('run_orphan', 'cancelled');
});

test('what may pass is tried again, up to the limit; what cannot is not', async () => {
  const seen: string[] = [];
  const execute: Execute = ({ id, attempt }) => {
    seen.push(`${id} ${attempt}`);
    throw new HeadgateError(id === hopeless ? 'connect.refused' : 'connect.lost', 'dialling');
  };
  // The waits of a retry go by this clock.
  let now = new Date();
  const retry = { attempts: 3, first_seconds: 3600, max_seconds: 7200 };
  const [hopeless, hopeful] = [newId('run'), newId('run')];
  for (const id of [hopeless, hopeful]) await insertRun(db, 1, id, await addPipeline(db, { retry }), 'manual');
  await using _worker = await working(execute, { clock: { now: () => now } });
  await wake(db, hopeless, hopeful);
  assert.equal((await until(hopeless, 'failed')).failures, 1);
  for (const failures of [1, 2]) {
    const row = await until(hopeful, 'retrying');
    assert.equal(row.failures, failures);
    const hours = ((row.retry_at?.getTime() ?? 0) - now.getTime()) / 3_600_000;
    assert.ok(hours >= failures / 2 && hours <= failures);
    now = row.retry_at ?? now;
    await wake(db, hopeful);
    while (seen.filter((line) => line.startsWith(hopeful)).length === failures) await wait(10);
  }
  assert.equal((await until(hopeful, 'failed')).failures, 3);
  assert.deepEqual(seen.filter((line) => line.startsWith(hopeless)).length, 1);
});

test('a success starts the pipelines that follow it, with the time that it was about', async () => {
  await using _worker = await working(() => Promise.resolve(succeed));
  const first = await addPipeline(db);
  const [second, paused] = [
    await addPipeline(db, { after_id: first }),
    await addPipeline(db, { after_id: first, state: 'paused' }),
  ];
  const third = await addPipeline(db, { after_id: second });
  await trigger(first);
  const followers = async (pipeline: string): Promise<readonly { state: string; cause: string }[]> =>
    await db.query('select state, cause from headgate.runs where pipeline_id = $1', [pipeline]);
  while ((await followers(third))[0]?.state !== 'succeeded') await wait(10);
  assert.deepEqual(await followers(second), [{ state: 'succeeded', cause: 'after' }]);
  assert.deepEqual(await followers(paused), []);
});

test('runs of a pipeline take turns, the oldest first, each of them once', async () => {
  const [order, busy]: [string[], Set<string>] = [[], new Set()];
  let overlaps = 0;
  const execute: Execute = async ({ id, pipeline_id }) => {
    overlaps += Number(busy.has(pipeline_id));
    busy.add(pipeline_id);
    order.push(id);
    await wait(2);
    busy.delete(pipeline_id);
    return succeed;
  };
  const pipelines = [await addPipeline(db), await addPipeline(db), await addPipeline(db)];
  await using _worker = await working(execute);
  const runs: string[] = [];
  for (let at = 0; at < 45; at++) runs.push(await trigger(pipelines[at % 3] ?? ''));
  for (const run of runs) await until(run, 'succeeded');
  assert.equal(overlaps, 0);
  for (const [at] of pipelines.entries()) {
    const mine = runs.filter((_, index) => index % 3 === at);
    assert.deepEqual(
      order.filter((id) => mine.includes(id)),
      mine.toSorted(),
    );
  }
  assert.equal(order.length, 45);
});

test('no more runs than a connection and a workspace allow, and others go on meanwhile', async () => {
  const shared = await addConnection(db);
  const { id: small } = await insertWorkspace(db, 'small');
  const [atOnce, most] = [new Map<string, number>(), new Map<string, number>()];
  const execute: Execute = async ({ pipeline_id, workspace_id }) => {
    const places = [`workspace ${workspace_id}`, ...(limited.includes(pipeline_id) ? ['connection'] : [])];
    for (const place of places) atOnce.set(place, (atOnce.get(place) ?? 0) + 1);
    for (const place of places) most.set(place, Math.max(most.get(place) ?? 0, atOnce.get(place) ?? 0));
    // Until there were as many as may be: on a busy machine the others take their time.
    for (let waits = 0; waits < 100 && (most.get(`workspace ${workspace_id}`) ?? 0) < 3; waits++) await wait(20);
    for (const place of places) atOnce.set(place, (atOnce.get(place) ?? 0) - 1);
    return succeed;
  };
  const add = async (count: number, more: object): Promise<string[]> =>
    await Promise.all(Array.from({ length: count }, async () => await addPipeline(db, more)));
  const limited = await add(6, { source_id: shared, destination_id: shared });
  const others = await add(6, {});
  const elsewhere = await add(8, { workspace: Number(small) });
  await using _worker = await working(execute, { concurrency: 8, limits: { perWorkspace: 3, perConnection: 1 } });
  const runs = await Promise.all([...limited, ...others].map(async (pipeline) => await trigger(pipeline)));
  const more = await Promise.all(elsewhere.map(async (pipeline) => await trigger(pipeline, Number(small))));
  for (const run of runs) await until(run, 'succeeded');
  for (const run of more) await until(run, 'succeeded', Number(small));
  assert.equal(most.get('connection'), 1);
  assert.equal(most.get('workspace 1'), 3);
  assert.equal(most.get(`workspace ${small}`), 3);
});

test('the more urgent pipeline goes first', async () => {
  const order: string[] = [];
  const [calm, urgent] = [await addPipeline(db, { priority: -5 }), await addPipeline(db, { priority: 5 })];
  const runs = [await trigger(calm), await trigger(await addPipeline(db)), await trigger(urgent)];
  await using _worker = await working(
    ({ id }) => {
      order.push(id);
      return Promise.resolve(succeed);
    },
    { concurrency: 1 },
  );
  for (const run of runs) await until(run, 'succeeded');
  assert.deepEqual(order, runs.toReversed());
});

test('a held run goes on once it is approved, ends when it is rejected, and yields to a later one', async () => {
  await using _worker = await working(({ allow_delete, cause }) =>
    Promise.resolve({ ...succeed, state: allow_delete || cause === 'after' ? 'succeeded' : 'needs_review' }),
  );
  const pipeline = await addPipeline(db);
  const approved = await trigger(pipeline);
  assert.ok((await until(approved, 'needs_review')).review_until);
  await approveRun(db, 1, approved);
  await wake(db, approved);
  assert.equal((await until(approved, 'succeeded')).attempt, 2);
  const rejected = await trigger(pipeline);
  await until(rejected, 'needs_review');
  assert.equal(await approveRun(db, 2, rejected), undefined);
  assert.equal((await rejectRun(db, 1, rejected))?.state, 'cancelled');
  const older = await trigger(pipeline);
  await until(older, 'needs_review');
  const newer = await trigger(pipeline);
  await until(newer, 'needs_review');
  assert.equal((await findRun(db, 1, older))?.state, 'failed');
});

test('asked to stop, a worker hands its runs back, and another one takes them at once', async () => {
  const worker = await startWorker(db, endless, options);
  const run = await trigger(await addPipeline(db));
  await until(run, 'running');
  await worker.stop(0);
  assert.deepEqual([(await findRun(db, 1, run))?.state, (await findRun(db, 1, run))?.failures], ['retrying', 0]);
  await using _next = await working(() => Promise.resolve(succeed));
  assert.equal((await until(run, 'succeeded')).attempt, 2);
});

test('what waits for a pipeline that is paused is cancelled, what is at work goes on', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using _worker = await working(async () => {
    await promise;
    return succeed;
  });
  const pipeline = await addPipeline(db);
  const [atWork, waiting] = [await trigger(pipeline), await trigger(pipeline)];
  await until(atWork, 'running');
  await cancelWaiting(db, 1, pipeline);
  assert.equal((await findRun(db, 1, waiting))?.state, 'cancelled');
  resolve();
  await until(atWork, 'succeeded');
});
