/** A source is read, and nothing else happens to it: whatever the query, however the read ends. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { startPostgres, type TestPostgres } from '../../../test/support/postgres.ts';
import { launch } from '../../../test/support/run.ts';
import { HeadgateError } from '../../domain/error.ts';
import { config as postgresConfig } from '../_pg/config.ts';
import { parseLocation } from './config.ts';
import { personalNet } from '../../net/net.ts';
import { Session } from './session.ts';
import { cursor, everything, openSource, readAll, streamOf } from './test-harness.ts';

let server: TestPostgres;
const folder = mkdtempSync(join(tmpdir(), 'headgate-safety-'));
before(async () => (server = await startPostgres()));
after(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

async function shop(): Promise<string> {
  const url = await server.database();
  await server.sql(
    url,
    `create table t (id int primary key, v text); insert into t select i, 'v' from generate_series(1, 400) i; create sequence s;
     create function writes() returns int language plpgsql as 'begin insert into t values (-1); return 1; end';
     create function unlocks() returns int language plpgsql as
       'begin set transaction read write; insert into t values (-2); return 1; end';
     create view trickle as select t.*, pg_sleep(0.05)::text as w from t`,
  );
  return url;
}

/** Everything that a statement of the lists below could have changed. */
const state = (url: string): Promise<(string | null)[][]> =>
  server.sql(
    url,
    `select (select count(*) from t), to_regclass('hacked'), (select is_called from s), (select count(*) from pg_largeobject_metadata)`,
  );

const harmful = [
  'select 1; create table hacked (a int)',
  'select 1 as a) as q limit 0; commit; create table hacked (a int); select * from (select 1 as a',
  'select 1 as a) as q) to stdout; commit; create table hacked (a int); copy (select * from (select 1 as a',
  'set transaction read write',
  'begin read write',
  'commit',
  'delete from t',
  'truncate t',
  'create table hacked as select 1',
  'select 1 as a into hacked',
  'with gone as (delete from t returning *) select * from gone',
  'select * from t for update',
  'lock table t',
  'do $$ begin delete from t; end $$',
  `copy t to program 'cat'`,
  'select writes() as a',
  'select unlocks() as a',
  `select set_config('transaction_read_only', 'off', false) as a, writes() as b`,
  `select set_config('default_transaction_read_only', 'off', false) as a, writes() as b`,
  `select nextval('s') as a`,
  `select setval('s', 9) as a`,
  'select lo_create(0) as a',
  `select lo_import('/etc/hostname') as a`,
];

test('a query that writes is refused, and nothing has happened', async () => {
  const url = await shop();
  const untouched = await state(url);
  await using source = await openSource(url);
  for (const query of harmful) {
    const run = async (): Promise<void> => {
      const [info] = await source.discover([{ name: 'q', query }]);
      assert.ok(info);
      await readAll(source, info);
    };
    const refused = (error: unknown): boolean => error instanceof HeadgateError && error.code !== 'internal.unexpected';
    await assert.rejects(run(), refused, query);
    assert.deepEqual(await state(url), untouched, query);
  }
});

test('a filter cannot bring along a statement, in either kind of read', async () => {
  const url = await shop();
  const untouched = await state(url);
  await using source = await openSource(url);
  const info = await streamOf(source, 't');
  const filters = [
    'true)) to stdout; commit; create table hacked (a int); copy (select 1 where (true',
    'true); commit; create table hacked (a int); select 1 as found from t where (true',
    'writes() = 1',
  ];
  for (const where of filters) {
    const projection = { ...everything(info.schema), where };
    for (const more of [{}, { mode: 'incremental', cursor: cursor('id') } as const]) {
      await assert.rejects(readAll(source, info, { projection, ...more }), HeadgateError, where);
      assert.deepEqual(await state(url), untouched, where);
    }
  }
});

test('what a filter or a query would tell other sessions is never sent, and no lock of it stays', async () => {
  const url = await shop();
  await using source = await openSource(url);
  const heard: (string | undefined)[] = [];
  const listener = new pg.Client({ connectionString: url });
  listener.on('notification', ({ payload }) => heard.push(payload));
  await listener.connect();
  await listener.query('listen gossip');
  const told = `pg_notify('gossip', 'harm') is not null and pg_advisory_lock(7) is not null`;
  const table = await streamOf(source, 't');
  const projection = { ...everything(table.schema), where: told };
  const [query] = await source.discover([{ name: 'q', query: `select id from t where ${told}` }]);
  assert.ok(query);
  const reads = [
    await readAll(source, table, { projection }),
    await readAll(source, table, { projection, mode: 'incremental', cursor: cursor('id') }),
    await readAll(source, query),
  ];
  assert.deepEqual(
    reads.map(({ lines }) => lines.length),
    [400, 400, 400],
  );
  await server.sql(url, `notify gossip, 'over'`);
  while (heard.length === 0) await once(listener, 'notification');
  assert.deepEqual(heard, ['over']);
  assert.deepEqual((await listener.query('select pg_try_advisory_lock(7) as free')).rows, [{ free: true }]);
  await listener.end();
});

test('a look at the catalog has a limit, a read has the one of its location', async () => {
  const url = await shop();
  const limits = `select current_setting('statement_timeout') as now`;
  for (const [more, expected] of [
    ['', '0'],
    ['?statement_timeout=30min', '30min'],
  ] as const) {
    await using source = await openSource(`${url}${more}`);
    const [query] = await source.discover([{ name: 'q', query: limits }]);
    assert.ok(query);
    assert.equal((await readAll(source, query)).text, `${expected}\n`);
    const late = await readAll(source, query, { mode: 'incremental', cursor: cursor('now') });
    assert.equal(late.text, `${expected}\n`);
  }
  await using hurried = await openSource(`${url}?statement_timeout=100ms`);
  const trickle = await streamOf(hurried, 'trickle');
  const incomplete = (error: unknown): boolean =>
    error instanceof HeadgateError && error.code === 'read.incomplete' && error.hint.includes('statement_timeout');
  await assert.rejects(readAll(hurried, trickle), incomplete);
  const config = postgresConfig.parse(parseLocation(url, {}));
  await using session = await Session.open(config, { signal: new AbortController().signal, net: personalNet(), readOnly: true });
  assert.deepEqual(await session.rows(limits, 'looking'), [{ now: '5min' }]);
});

test('every session is read-only, waits for no lock for long, and ends when it is forgotten', async () => {
  await using source = await openSource(await shop());
  const names = ['transaction_read_only', 'default_transaction_read_only', 'lock_timeout', 'idle_in_transaction_session_timeout'];
  const list = [...names, 'client_connection_check_interval'].map((name) => `current_setting('${name}') as ${name}`);
  const [info] = await source.discover([{ name: 'q', query: `select ${list.join(', ')}` }]);
  assert.ok(info);
  assert.equal((await readAll(source, info)).text, 'on,on,30s,1d,5s\n');
});

/** Locks of the sessions that wait in a paced read, on what is not the catalog's. */
const locksSql = `select distinct l.relation::regclass::text, l.mode from pg_locks l join pg_stat_activity a using (pid)
  where l.locktype = 'relation' and l.relation >= 16384 and a.wait_event = 'PgSleep' order by 1`;

test('a read holds no lock above ACCESS SHARE, and is cancelled on the server with its run', async () => {
  for (const mode of ['snapshot', 'incremental'] as const) {
    const url = await shop();
    const abort = new AbortController();
    await using source = await openSource(url, abort.signal);
    const info = await streamOf(source, 'trickle');
    const read = readAll(source, info, mode === 'incremental' ? { mode, cursor: cursor('id') } : { mode });
    const ended = assert.rejects(read, (error: unknown) => error instanceof HeadgateError && error.code === 'run.cancelled');
    let locks: (string | null)[][] = [];
    while (locks.length === 0) {
      locks = await server.sql(url, locksSql);
      await wait(20);
    }
    const names = locks.map(([relation]) => relation).filter((name) => name !== 't_pkey');
    assert.deepEqual([names, new Set(locks.map(([, lock]) => lock))], [['t', 'trickle'], new Set(['AccessShareLock'])]);
    abort.abort();
    await ended;
    for (const deadline = Date.now() + 20_000; (await server.sql(url, locksSql)).length > 0; await wait(20)) {
      assert.ok(Date.now() < deadline, 'the statement still runs');
    }
  }
});

test('a run opens at most --parallel + 1 sessions', async () => {
  const url = await server.database();
  for (const name of ['a', 'b', 'c', 'd']) {
    await server.sql(url, `create view ${name} as select i, pg_sleep(0.01)::text as w from generate_series(1, 60) i`);
  }
  const args = ['sync', url, `duckdb:${join(folder, 'w.duckdb')}`, '--stream', 'public.*', '--parallel', '2', '--json'];
  const run = launch(args, { stateDir: join(folder, 'state') });
  const sessionsSql = `select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`;
  const seen = new Set<number>();
  while (run.child.exitCode === null) seen.add(Number((await server.sql(url, sessionsSql))[0]?.[0]));
  const { code, stdout, stderr } = await run.done;
  assert.equal(code, 0, stdout + stderr);
  assert.ok(seen.has(2) && Math.max(...seen) <= 3, `sessions: ${[...seen].join(', ')}`);
});
