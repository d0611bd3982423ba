/** What is old goes, what is needed stays; a disk that is fuller than its budget is told once. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { addPipeline } from '../../test/support/pipelines.ts';
import { startPostgres } from '../../test/support/postgres.ts';
import { openState } from '../../test/support/state.ts';
import { newId } from '../domain/ids.ts';
import { insertAudit } from '../store/audit.ts';
import { happen, listEvents } from '../store/events.ts';
import { appendLog } from '../store/run-logs.ts';
import { insertRun } from '../store/runs.ts';
import { keep, type KeepingSettings } from './keeping.ts';

const server = await startPostgres();
const state = await openState(server);
const { db } = state;
const { dataDir } = state.ports;
after(async () => {
  await state[Symbol.asyncDispose]();
  await server.stop();
});

const settings: KeepingSettings = {
  dataDir,
  keepRunsDays: 90,
  keepLogsDays: 30,
  keepRejectsDays: 30,
  keepEventsDays: 30,
  keepAuditDays: 365,
};
const now = new Date();
const daysAgo = (days: number): Date => new Date(now.getTime() - days * 86_400_000);

async function ended(pipeline: string, days: number): Promise<string> {
  const id = newId('run', daysAgo(days).getTime());
  await insertRun(db, 1, id, pipeline, 'manual');
  await appendLog(db, id, 'info', 'a line', {});
  await db.query("update headgate.runs set state = 'succeeded', finished_at = $2 where id = $1", [id, daysAgo(days)]);
  return id;
}

const ids = async (sql: string): Promise<readonly string[]> => (await db.query<{ id: string }>(sql)).map(({ id }) => id);

test('runs, logs, events, deliveries and audit entries go by their age', async () => {
  const [busy, quiet] = [await addPipeline(db), await addPipeline(db)];
  const [old, middle, recent, only] = [
    await ended(busy, 100),
    await ended(busy, 40),
    await ended(busy, 1),
    await ended(quiet, 400),
  ];
  const past = await happen(db, { workspace: 1, kind: 'run.failed', data: {} }, daysAgo(40));
  const fresh = await happen(db, { workspace: 1, kind: 'run.failed', data: {} }, daysAgo(1));
  const entries = [];
  for (const days of [400, 100]) {
    const id = newId('audit');
    entries.push(id);
    await insertAudit(db, {
      id,
      workspace: 1,
      actor: 'a',
      principal_id: null,
      operation: 'o',
      object_id: null,
      ip: null,
      request_id: null,
    });
    await db.query('alter table headgate.audit_log disable trigger audit_log_only_grows');
    await db.query('update headgate.audit_log set at = $2 where id = $1', [id, daysAgo(days)]);
    await db.query('alter table headgate.audit_log enable trigger audit_log_only_grows');
  }
  const gone = await keep(db, settings, now);
  // How a pipeline fared last stays.
  assert.deepEqual(await ids('select id from headgate.runs order by id'), [only, middle, recent].toSorted());
  assert.deepEqual(await ids('select run_id as id from headgate.run_logs'), [recent]);
  assert.deepEqual(await ids('select id from headgate.events'), [fresh]);
  assert.deepEqual(await ids('select id from headgate.audit_log'), [entries[1]]);
  assert.deepEqual([gone.get('runs'), gone.get('run logs'), gone.get('events'), gone.get('audit')], [1, 3, 1, 1]);
  assert.ok(old !== past);
});

test('the audit log still refuses whoever does not say that it is about age', async () => {
  await assert.rejects(db.query('delete from headgate.audit_log'));
  await assert.rejects(
    db.tx(async (tx) => {
      await tx.query("select set_config('headgate.keeping', 'audit', true)");
      await insertAudit(tx, {
        id: 'aud_new',
        workspace: 1,
        actor: 'a',
        principal_id: null,
        operation: 'o',
        object_id: null,
        ip: null,
        request_id: null,
      });
      await tx.query("delete from headgate.audit_log where id = 'aud_new'");
    }),
  );
});

test('rejects go by their age, scratch with its process; what is in use stays', async () => {
  const folder = join(dataDir, 'engine', '1');
  const scratch = (pid: number): string => join(folder, 'scratch', `${pid}-1`);
  for (const pid of [process.pid, 99_999_999]) await mkdir(scratch(pid), { recursive: true });
  const [old, fresh, other] = ['run_1.t.rejects.csv', 'run_2.t.rejects.csv', 'names.json'].map((name) => join(folder, name));
  for (const path of [old, fresh, other]) await writeFile(path ?? '', 'x');
  for (const path of [old, other]) await utimes(path ?? '', daysAgo(40), daysAgo(40));
  await keep(db, settings, now);
  const there = [old, fresh, other, scratch(process.pid), scratch(99_999_999)].map((path) => existsSync(path ?? ''));
  assert.deepEqual(there, [false, true, true, true, false]);
});

test('a passed budget is told once, and again after it was kept', async () => {
  await mkdir(join(dataDir, 'files', '1'), { recursive: true });
  await writeFile(join(dataDir, 'files', '1', 'big'), Buffer.alloc(10_000));
  const told = async (): Promise<number> => (await listEvents(db, 1, { kind: 'disk.budget' }, 10)).length;
  const counts = [];
  for (const diskBudget of [1_000_000, 1000, 1000, 1_000_000, 1000]) {
    await keep(db, { ...settings, diskBudget }, now);
    counts.push(await told());
  }
  assert.deepEqual(counts, [0, 1, 1, 1, 2]);
  const [row] = await db.query<{ bytes: string }>("select bytes from headgate.kept where kind = 'files'");
  assert.equal(row?.bytes, '10000');
});
