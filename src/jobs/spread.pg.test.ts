/** Partitions from the owner of a run to whoever takes them, with the engine left out: what staging does is the test's. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { addPipeline } from '../../test/support/pipelines.ts';
import { startPostgres } from '../../test/support/postgres.ts';
import { openState } from '../../test/support/state.ts';
import { systemClock } from '../domain/clock.ts';
import { HeadgateError } from '../domain/error.ts';
import { newId } from '../domain/ids.ts';
import type { Partition, StagedPartition } from '../domain/partition.ts';
import { openDb } from '../store/db.ts';
import { claimRun } from '../store/leases.ts';
import { findRun, insertRun, requestCancel, type RunRow } from '../store/runs.ts';
import { claimPartition, endPartition, renewPartition } from '../store/partitions.ts';
import { wake } from './queue.ts';
import { startWorker, type Execute, type ExecutePartition, type Worker } from './worker.ts';

const server = await startPostgres();
const state = await openState(server);
const { db } = state;
after(async () => {
  await state[Symbol.asyncDispose]();
  await server.stop();
});

type Stage = (partition: Partition, signal: AbortSignal) => Promise<object>;

const limits = { perWorkspace: 100, perConnection: 100 };
const ranges = ['a', 'b', 'c', 'd', 'e'];
const echo: Stage = async ({ number, range }) => Promise.resolve({ number, range });
const whole = ranges.map((range, at) => ({ number: at + 1, range }));

/** Until it is told to stop. */
const endless: Stage = async (_partition, signal) => {
  await new Promise((done) => (signal.aborted ? done(undefined) : signal.addEventListener('abort', done)));
  throw new HeadgateError('run.cancelled', 'stopped');
};

interface Scene extends AsyncDisposable {
  readonly run: string;
  /** What the run was joined of. */
  readonly joined: Promise<readonly StagedPartition<object>[]>;
  help(stage: Stage, more?: { readonly renewMs?: number }): Promise<Worker>;
  /** Lets the owner take part; until then only others do. */
  release(): void;
}

/** A run that a worker with one place owns. `own` stages what that worker takes itself. */
async function begin(own: Stage, { readers = 3, renewMs = 600_000 } = {}): Promise<Scene> {
  const opened = new AsyncDisposableStack();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { promise: begun, resolve: begins } = Promise.withResolvers<void>();
  const joining = Promise.withResolvers<readonly StagedPartition<object>[]>();
  joining.promise.catch(() => undefined);
  const execute: Execute = async (_run, { spreading, signal }) => {
    try {
      await using spread = await spreading?.open({ of: 'everything' }, ranges);
      begins();
      const stop = new Promise<void>((done) => signal.addEventListener('abort', () => done()));
      await Promise.race([released, stop]);
      joining.resolve((await spread?.join(own, 1)) ?? []);
      return { state: 'succeeded', receipts: [], error: null };
    } catch (error) {
      assert.ok(error instanceof HeadgateError);
      joining.reject(error);
      const { code, message, hint } = error;
      return { state: signal.aborted ? 'cancelled' : 'failed', receipts: [], error: { code, message, hint } };
    }
  };
  const worker = async (runs: Execute, stage: Stage, more: object): Promise<Worker> => {
    const partition: ExecutePartition = async (_run, job, one, { signal }) => {
      assert.deepEqual(job, { of: 'everything' });
      return await stage(one, signal);
    };
    const spread = { fromBytes: 1, readers, execute: partition };
    // Each as a process of its own has it.
    const door = opened.use(openDb(state.url, 5));
    const made = await startWorker(door, runs, { concurrency: 1, limits, clock: systemClock, renewMs, spread, ...more });
    let stopped: Promise<void> | undefined;
    const stop = async (): Promise<void> => await (stopped ??= made.stop(0));
    opened.defer(stop);
    return { stop };
  };
  await worker(execute, own, {});
  const run = newId('run');
  await db.tx(async (tx) => {
    await insertRun(tx, 1, run, await addPipeline(tx, { retry: { attempts: 1 } }), 'manual');
    await wake(tx, run);
  });
  await begun;
  // Others own no runs here: they are busy with the one there is.
  const none: Execute = () => Promise.resolve({ state: 'failed', receipts: [], error: null });
  return {
    run,
    joined: joining.promise,
    release,
    help: async (stage, more = {}) => await worker(none, stage, more),
    [Symbol.asyncDispose]: async () => await opened.disposeAsync(),
  };
}

async function ended(run: string): Promise<RunRow> {
  for (;;) {
    const row = await findRun(db, 1, run);
    if (row && ['succeeded', 'failed', 'cancelled'].includes(row.state)) return row;
    await wait(10);
  }
}

const spreads = async (run: string): Promise<number> =>
  (await db.query('select from headgate.spreads where run_id = $1', [run])).length;

test('one worker with one place finishes alone', async () => {
  await using scene = await begin(echo);
  scene.release();
  const joined = await scene.joined;
  assert.deepEqual(
    joined.map(({ result }) => result),
    whole,
  );
  assert.equal(new Set(joined.map(({ by }) => by)).size, 1);
  assert.equal((await ended(scene.run)).state, 'succeeded');
  assert.equal(await spreads(scene.run), 0);
});

test('others take part, no more at once than there are readers, and what they staged is joined in order', async () => {
  let [most, now] = [0, 0];
  const { promise: enough, resolve: hasEnough } = Promise.withResolvers<void>();
  const slow: Stage = async (partition) => {
    most = Math.max(most, (now += 1));
    if (now === 2) hasEnough();
    await enough;
    now -= 1;
    return await echo(partition, AbortSignal.any([]));
  };
  await using scene = await begin(slow, { readers: 2 });
  await Promise.all([scene.help(slow), scene.help(slow), scene.help(slow)]);
  await enough;
  scene.release();
  const joined = await scene.joined;
  assert.deepEqual(
    joined.map(({ result }) => result),
    whole,
  );
  assert.ok(new Set(joined.map(({ by }) => by)).size >= 2);
  assert.equal(most, 2);
});

test('what a partition fails with elsewhere fails the run, and whoever still stages one is stopped', async () => {
  await using scene = await begin(endless);
  scene.release();
  await scene.help(() => Promise.reject(new HeadgateError('value.invalid', 'loading t: a value does not fit', { hint: 'look' })));
  const { state: end, error } = await ended(scene.run);
  assert.deepEqual([end, error], ['failed', { code: 'value.invalid', message: 'loading t: a value does not fit', hint: 'look' }]);
  assert.equal(await spreads(scene.run), 0);
});

test('what may pass is staged again, and fails the run the third time', async () => {
  const tries: number[] = [];
  const lost = (until: number): Stage => {
    return async (partition, signal) => {
      if (partition.number !== 2) return await echo(partition, signal);
      tries.push(partition.number);
      if (tries.length < until) throw new HeadgateError('connect.lost', 'reading t: the connection broke');
      return await echo(partition, signal);
    };
  };
  {
    await using scene = await begin(lost(3));
    scene.release();
    assert.equal((await ended(scene.run)).state, 'succeeded');
  }
  assert.equal(tries.splice(0).length, 3);
  await using scene = await begin(lost(4));
  scene.release();
  const { state: end, error } = await ended(scene.run);
  assert.deepEqual([end, (error as { readonly code: string }).code, tries.length], ['failed', 'connect.lost', 3]);
});

test('a request to cancel reaches whoever stages a partition, wherever that is', async () => {
  const { promise: busy, resolve: isBusy } = Promise.withResolvers<void>();
  const { promise: stopped, resolve: isStopped } = Promise.withResolvers<void>();
  await using scene = await begin(echo);
  await scene.help(async (partition, signal) => {
    isBusy();
    return await endless(partition, signal).finally(isStopped);
  });
  await busy;
  await requestCancel(db, 1, scene.run);
  await stopped;
  assert.equal((await ended(scene.run)).state, 'cancelled');
  assert.equal(await spreads(scene.run), 0);
});

test('a worker that is stopped hands its partition back, and somebody else stages it', async () => {
  const { promise: busy, resolve: isBusy } = Promise.withResolvers<void>();
  await using scene = await begin(echo);
  const helper = await scene.help(async (partition, signal) => {
    isBusy();
    return await endless(partition, signal);
  });
  await busy;
  await helper.stop(0);
  scene.release();
  assert.equal((await scene.joined).length, ranges.length);
  const { state: end, attempt } = await ended(scene.run);
  assert.deepEqual([end, attempt], ['succeeded', 1]);
});

test('a lease that ran out lets another one take the partition; what the first one says later counts for nothing', async () => {
  await using scene = await begin(echo);
  const first = await claimPartition(db, scene.run, 'first');
  assert.ok(first);
  await db.query('update headgate.partitions set lease_until = now() where spread_id = $1', [first.spread]);
  const second = await claimPartition(db, scene.run, 'second');
  assert.deepEqual([second?.number, second?.fence], [first.number, '2']);
  assert.equal((await renewPartition(db, first)).held, false);
  assert.equal(await endPartition(db, first, { state: 'staged', result: { late: true } }), false);
  const again = second && (await endPartition(db, second, { state: 'open', failures: 1 }));
  // A renewal that was on its way when the partition was handed back does not take it again.
  assert.deepEqual([again, second && (await renewPartition(db, second)).held], [true, false]);
  const third = await claimPartition(db, scene.run, 'third');
  assert.deepEqual([third?.number, third?.failures], [1, 1]);
  assert.ok(third && (await endPartition(db, third, { state: 'staged', result: { number: 1, range: 'a' } })));
  scene.release();
  assert.deepEqual(
    (await scene.joined).map(({ result }) => result),
    whole,
  );
});

test('under a later fence of the run nobody takes, keeps or ends a partition', async () => {
  await using scene = await begin(echo);
  const taken = await claimPartition(db, scene.run, 'early');
  assert.ok(taken);
  await db.query('update headgate.runs set fence = fence + 1 where id = $1', [scene.run]);
  assert.equal(await claimPartition(db, scene.run, 'late'), undefined);
  assert.equal((await renewPartition(db, taken)).held, false);
  scene.release();
  // The next owner begins: what the one before had opened goes, and the one before hears of it.
  await db.query('update headgate.runs set lease_until = now() where id = $1', [scene.run]);
  assert.ok(await claimRun(db, scene.run, 'next', { now: new Date(), limits }));
  assert.equal(await spreads(scene.run), 0);
  assert.equal(await endPartition(db, taken, { state: 'staged', result: {} }), false);
  await assert.rejects(scene.joined, { code: 'run.cancelled' });
});
