/** A source is read, and nothing else happens to it: whatever the query, however the read ends. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startMariadb } from '../../../test/support/mariadb.ts';
import { eventually } from '../../../test/support/tunnels.ts';
import { HeadgateError } from '../../domain/error.ts';
import { drain, isAsleep, openSource, readAll, testContext, wholeOf } from './harness.ts';

const server = await startMariadb();
after(() => server.stop());

async function shop(): Promise<string> {
  const url = await server.database();
  await server.sql(url, 'create table t (id int primary key, v text); insert into t values (1, "a"), (2, "b")');
  const writes = 'modifies sql data begin insert into t values (-1, "w"); return 1; end';
  await server.sql(url, `create function writes() returns int ${writes}`);
  return url;
}

const codeOf = async (work: Promise<unknown>): Promise<string> =>
  await work.then(
    () => 'nothing is wrong',
    (error: unknown) => (error instanceof HeadgateError ? error.code : String(error)),
  );

const harmful = [
  'select 1 as a; create table hacked (a int)',
  'select 1 as a) as q; create table hacked (a int); select * from (select 1 as a',
  'delete from t',
  'truncate t',
  'insert into t values (9, "x")',
  "select 1 as a into outfile '/tmp/hacked'",
];

test('a query that writes is refused, and so is a filter that brings a statement along', async () => {
  const url = await shop();
  const before = await server.sql(url, 'select * from t');
  for (const query of harmful)
    assert.match(await codeOf(readAll(url, { name: 'q', query })), /^(stream\.query|access\.denied)$/, query);
  await using context = await testContext();
  await using source = await openSource(url, context);
  const [info] = await source.discover([{ name: 't' }]);
  assert.ok(info);
  for (const where of ['1 = 1; drop table t', '1 = 1) or (1 = 1; delete from t', 'writes() = 1']) {
    const columns = [{ from: 'id', as: 'id' }];
    const flows = [{ stream: info.stream, schema: info.schema, projection: { columns, where } }];
    assert.match(await codeOf(drain(source, flows)), /^(stream\.query|access\.denied)$/, where);
  }
  assert.deepEqual(await server.sql(url, 'select * from t'), before);
  assert.deepEqual(await server.sql(url, 'show tables'), [['t']]);
});

test('a read takes no longer than its location allows', async () => {
  const url = await shop();
  await server.sql(url, 'create view trickle as select id, sleep(600) as w from t');
  await assert.rejects(readAll(`${url}?statement_timeout=1s`, { name: 'trickle' }), (error: unknown) => {
    assert.ok(error instanceof HeadgateError);
    assert.deepEqual([error.code, /statement_timeout/.test(error.hint)], ['read.incomplete', true]);
    return true;
  });
  assert.equal((await readAll(`${url}?statement_timeout=10min`, { name: 't' })).text, '1,a\n2,b\n');
});

test('a read locks no row, waits for no lock for long, and ends on the server with its run', async () => {
  const url = await shop();
  await server.sql(url, 'create view trickle as select id, sleep(600) as w from t');
  const limits = 'select @@lock_wait_timeout as a, @@innodb_lock_wait_timeout as b, @@tx_read_only as c';
  assert.equal((await readAll(url, { name: 'q', query: limits })).text, '30,30,1\n');
  const sleeping = async (): Promise<boolean> => await isAsleep(server, url);
  const abort = new AbortController();
  await using context = await testContext(abort.signal);
  await using source = await openSource(url, context);
  const { flows } = await wholeOf(source, { name: 'trickle' });
  const reading = codeOf(drain(source, flows));
  await eventually(sleeping, 'the read has not begun');
  // Whoever writes meanwhile does not wait: a lock would end this with an error after no time at all.
  await server.sql(url, "set session innodb_lock_wait_timeout = 0; update t set v = 'changed'; delete from t where id = 2");
  abort.abort();
  assert.equal(await reading, 'run.cancelled');
  await eventually(async () => !(await sleeping()), 'the statement still runs');
});
