/** What is old goes, what is needed stays; a disk that is fuller than its budget is told once. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, test } from 'node:test';
import { addPipeline } from '../../test/support/pipelines.ts';
import { startPostgres } from '../../test/support/postgres.ts';
import { openState } from '../../test/support/state.ts';
import { newId } from '../domain/ids.ts';
import { insertAudit } from '../store/audit.ts';
import { happen, listEvents } from '../store/events.ts';
import { deleteObject, insertObject } from '../store/objects.ts';
import { insertRejects } from '../store/rejects.ts';
import { insertReplay } from '../store/replays.ts';
import { insertSession } from '../store/review-sessions.ts';
import { insertEdit, insertReview } from '../store/reviews.ts';
import { serverPrincipal } from '../store/principals.ts';
import { appendLog } from '../store/run-logs.ts';
import { insertRun } from '../store/runs.ts';
import { keep, type KeepingSettings } from './keeping.ts';

const server = await startPostgres();
const state = await openState(server);
const { db, ports } = state;
const { dataDir } = ports;
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

test('refused rows go by their age, with their run at the latest; so does what a replay brought', async () => {
  const pipeline = await addPipeline(db);
  const [old, recent] = [await ended(pipeline, 100), await ended(pipeline, 1)];
  const reject = {
    file: null,
    line: null,
    row_number: '1',
    field: 'a',
    code: 'value.invalid',
    reason: 'r',
    value: 'x',
    record: '{}',
  };
  for (const run of [old, recent]) {
    await insertRejects(db, { workspace: 1, run, stream: 's', table: 't' }, [reject, reject]);
    await insertReplay(db, 1, run, { format: 'csv', content: 'a\n1\n' });
  }
  await db.query('update headgate.rejects set at = $2 where run_id = $1 and seq = 1', [recent, daysAgo(40)]);
  const gone = await keep(db, settings, now);
  assert.equal(gone.get('rejects'), 1);
  assert.deepEqual(await ids("select run_id || ' ' || seq as id from headgate.rejects"), [`${recent} 2`]);
  assert.deepEqual(await ids('select run_id as id from headgate.replays'), [recent]);
});

test('uploads that are over are forgotten by their age, and not before their bytes have gone', async () => {
  const upload = async (
    state: string,
    days: { readonly arrived?: number; readonly until: number; readonly expires?: number },
  ) => {
    const id = newId('file');
    const at = (ago: number | undefined): Date | null => (ago === undefined ? null : daysAgo(ago));
    await db.query(
      `insert into headgate.files (id, workspace_id, name, content_type, state, created_at, ready_at, pending_until, expires_at)
       values ($1, 1, 'f', 'text/csv', $2, $3, $4, $5, $6)`,
      [id, state, daysAgo(days.until + 7), at(days.arrived), daysAgo(days.until), at(days.expires)],
    );
    return id;
  };
  const stay = [
    await upload('ready', { arrived: 400, until: 400 }),
    await upload('expired', { arrived: 400, until: 400, expires: 10 }),
    await upload('expired', { until: 10 }),
    await upload('deleted', { until: 10, expires: -1000 }),
    await upload('deleted', { until: 400 }),
  ];
  const over = [
    await upload('expired', { arrived: 400, until: 400, expires: 100 }),
    await upload('expired', { until: 100 }),
    await upload('deleted', { until: 100, expires: -1000 }),
  ];
  const busy = stay.at(-1) ?? '';
  await insertObject(db, 1, { key: '1/busy', upload: null, file: busy, goneBy: now });
  assert.equal((await keep(db, settings, now)).get('uploads'), over.length);
  assert.deepEqual(await ids('select id from headgate.files order by id'), stay.toSorted());
  await deleteObject(db, '1/busy');
  assert.equal((await keep(db, settings, now)).get('uploads'), 1);
});

test('scratch goes with its process; what is in use stays', async () => {
  const folder = join(dataDir, 'engine', '1');
  const scratch = (pid: number): string => join(folder, 'scratch', `${pid}-1`);
  for (const pid of [process.pid, 99_999_999]) await mkdir(scratch(pid), { recursive: true });
  const names = join(folder, 'names.json');
  await writeFile(names, 'x');
  await utimes(names, daysAgo(400), daysAgo(400));
  await keep(db, settings, now);
  assert.deepEqual(
    [names, scratch(process.pid), scratch(99_999_999)].map((path) => existsSync(path)),
    [true, true, false],
  );
});

test('a passed budget is told once, and again after it was kept; uploads count', async () => {
  await ports.storage.put('1/big', Readable.from([Buffer.alloc(10_000)]), 10_000);
  const told = async (): Promise<number> => (await listEvents(db, 1, { kind: 'disk.budget' }, 10)).length;
  const counts = [];
  for (const diskBudget of [1_000_000, 1000, 1000, 1_000_000, 1000]) {
    await keep(db, { ...settings, diskBudget }, now);
    counts.push(await told());
  }
  assert.deepEqual(counts, [0, 1, 1, 1, 2]);
  const [row] = await db.query<{ bytes: string }>("select bytes from headgate.kept where kind = 'uploads'");
  assert.equal(row?.bytes, '10000');
});

test('sessions go seven days after they were last saved: made, or a review of them edited', async () => {
  const made = async (days: number, edited: readonly number[] = []): Promise<string> => {
    const [session, id] = [randomUUID(), randomUUID()];
    await insertSession(db, 1, { id: session, principal: serverPrincipal, label: '', at: daysAgo(days) });
    await insertReview(db, 1, { id, token: Buffer.from(id), until: daysAgo(-1), session });
    for (const [at, ago] of edited.entries())
      await insertEdit(db, 1, id, { seq: at + 1, entry: { kind: 'cells' }, about: null, at: daysAgo(ago) });
    return session;
  };
  const [fresh, edited] = [await made(6), await made(40, [20, 6])];
  await made(8);
  await made(40, [20, 8]);
  assert.equal((await keep(db, settings, now)).get('review sessions'), 2);
  assert.deepEqual((await ids('select id from headgate.review_sessions')).toSorted(), [fresh, edited].toSorted());
});

test('rows of reviews go with their link', async () => {
  const folder = join(dataDir, 'engine', '1', 'reviews');
  await mkdir(folder, { recursive: true });
  const made = async (until: Date, finished: boolean): Promise<string> => {
    const id = randomUUID();
    await insertReview(db, 1, { id, token: Buffer.from(id), until });
    if (finished) await db.query('update headgate.reviews set finished_at = now() where id = $1', [id]);
    for (const name of [`${id}.0.db`, `${id}.0.db.wal`]) await writeFile(join(folder, name), '');
    return id;
  };
  const [good, over, ended] = [await made(daysAgo(-1), false), await made(daysAgo(1), false), await made(daysAgo(-1), true)];
  for (const name of [`${randomUUID()}.0.db`, 'duckdb_temp_storage-0.tmp']) await writeFile(join(folder, name), '');
  assert.equal((await keep(db, settings, now)).get('review rows'), 5);
  const left = await readdir(folder);
  assert.deepEqual(left.sort(), ['duckdb_temp_storage-0.tmp', `${good}.0.db`, `${good}.0.db.wal`].sort());
  assert.ok(![over, ended].some((id) => left.join().includes(id)));
});
