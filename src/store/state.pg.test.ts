import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startPostgres } from '../../test/support/postgres.ts';
import { migrationsFolder, openState } from '../../test/support/state.ts';
import { newId } from '../domain/ids.ts';
import { insertConnection } from './connections.ts';
import { openDb } from './db.ts';
import { migrate, readMigrations } from './migrate.ts';
import { findPipeline, insertPipeline, updatePipeline } from './pipelines.ts';
import { claimRun, endRun, renewLease } from './leases.ts';
import { findRun, insertRun, requestCancel } from './runs.ts';
import { openSecrets, saveSecrets } from './secrets.ts';

const server = await startPostgres();
const state = await openState(server);
const { db } = state;
after(async () => {
  await state[Symbol.asyncDispose]();
  await server.stop();
});

const asked = { now: new Date(), limits: { perWorkspace: 100, perConnection: 100 } };

async function pipeline(): Promise<string> {
  const [id, source] = [newId('pipeline'), newId('connection')];
  await insertConnection(db, 1, { id: source, slug: source.replace('_', '-'), name: 'c', connector: 'file', settings: {} });
  const row = { id, slug: id.replace('_', '-'), name: 'p', state: 'active', source_id: source, destination_id: source } as const;
  await insertPipeline(db, 1, { ...row, flows: [], schedule: { kind: 'manual' }, next_due_at: null });
  return id;
}

test('ten programs that migrate at once leave one schema', async () => {
  const url = await server.database();
  const migrations = await readMigrations(migrationsFolder);
  const applied = await Promise.all(
    Array.from({ length: 10 }, async () => {
      await using own = openDb(url, 2);
      return await migrate(own, migrations);
    }),
  );
  assert.deepEqual(
    applied.flat().toSorted(),
    migrations.map(({ name }) => name),
  );
});

test('a migration that fails leaves nothing, and the next start tries it again', async () => {
  await using own = openDb(await server.database(), 2);
  const bad = [{ number: 1, name: '000001_bad.sql', sql: 'create table headgate.a (id int); select 1/0' }];
  await assert.rejects(migrate(own, bad));
  const good = [{ ...bad[0], number: 1, name: '000001_good.sql', sql: 'create table headgate.a (id int)' }];
  assert.deepEqual(await migrate(own, good), ['000001_good.sql']);
});

test('an old program does not touch a newer state', async () => {
  await assert.rejects(migrate(db, []), { code: 'state.newer' });
});

test('what a transaction wrote is gone when it throws', async () => {
  const id = newId('connection');
  const work = db.tx(async (tx) => {
    await insertConnection(tx, 1, { id, slug: 'gone', name: 'c', connector: 'file', settings: {} });
    throw new Error('no');
  });
  await assert.rejects(work, /no/);
  assert.deepEqual(await db.query('select from headgate.connections where id = $1', [id]), []);
});

test('secrets open for their workspace and object only', async () => {
  const { key } = state.ports;
  await saveSecrets(db, key, 1, 'con_x', { password: 'p' });
  assert.deepEqual(await openSecrets(db, key, 1, 'con_x'), { password: 'p' });
  await db.query(
    "insert into headgate.secrets select 1, 'con_y', key_id, wrapped_key, sealed from headgate.secrets where object_id = 'con_x'",
  );
  await assert.rejects(openSecrets(db, key, 1, 'con_y'), { code: 'secret.sealed' });
});

test('of twenty that want a run one gets it, and of two runs of a pipeline one works', async () => {
  const id = await pipeline();
  const [first, second] = [newId('run', 1), newId('run', 2)];
  for (const run of [first, second]) await insertRun(db, 1, run, id, 'manual');
  const claims = await Promise.all(
    Array.from({ length: 20 }, async (_, at) => await claimRun(db, at % 2 === 0 ? first : second, `w${at}`, asked)),
  );
  assert.equal(claims.filter(Boolean).length, 1);
});

test('a lease that ran out goes to another worker, and the old one can end nothing', async () => {
  const run = newId('run');
  await insertRun(db, 1, run, await pipeline(), 'manual');
  const old = await claimRun(db, run, 'old', asked);
  assert.equal(await claimRun(db, run, 'new', asked), undefined);
  await db.query("update headgate.runs set lease_until = now() - interval '1 second' where id = $1", [run]);
  const next = await claimRun(db, run, 'new', asked);
  assert.deepEqual([old?.fence, next?.fence, next?.attempt], ['1', '2', 2]);
  assert.deepEqual(await renewLease(db, run, '1'), { held: false, cancelled: false });
  assert.equal(await endRun(db, run, '1', { state: 'failed', receipts: [], error: null }), false);
  assert.equal(await endRun(db, run, '2', { state: 'succeeded', receipts: [], error: null }), true);
  assert.equal((await findRun(db, 1, run))?.state, 'succeeded');
  assert.equal(await findRun(db, 2, run), undefined);
});

test('a run is cancelled at once where nobody works on it, else its owner is told', async () => {
  const [idle, busy] = [newId('run'), newId('run')];
  await insertRun(db, 1, idle, await pipeline(), 'manual');
  await insertRun(db, 1, busy, await pipeline(), 'manual');
  await claimRun(db, busy, 'w', asked);
  assert.equal((await requestCancel(db, 1, idle))?.state, 'cancelled');
  assert.equal((await requestCancel(db, 1, busy))?.state, 'running');
  assert.deepEqual(await renewLease(db, busy, '1'), { held: true, cancelled: true });
  assert.equal(await requestCancel(db, 1, idle), undefined);
  assert.equal(await requestCancel(db, 2, busy), undefined);
});

test('a change never takes a tick back that was dispatched meanwhile', async () => {
  const id = await pipeline();
  const before = await findPipeline(db, 1, id);
  assert.ok(before);
  const [due, next] = [new Date('2026-01-01T00:00:00Z'), new Date('2026-01-01T01:00:00Z')];
  await db.query('update headgate.pipelines set last_due_at = $2, next_due_at = $3 where id = $1', [id, due, next]);
  assert.equal(await updatePipeline(db, 1, { ...before, next_due_at: due }), undefined);
  const renamed = await updatePipeline(db, 1, { ...before, name: 'renamed', next_due_at: undefined });
  assert.deepEqual([renamed?.name, renamed?.next_due_at], ['renamed', next]);
});
