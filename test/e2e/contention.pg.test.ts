/** Two runs of one pipeline at once, and a large table whose partitions are lost on the way. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { pauseAt } from '../support/pause.ts';
import { failureOf, receiptOf } from '../support/receipts.ts';
import { openSite } from '../support/site.ts';

const site = await openSite();
const { server } = site;
after(() => site[Symbol.asyncDispose]());

const policies = {
  replace: ['--mode', 'replace'],
  merge: ['--mode', 'merge'],
  append: ['--mode', 'append'],
  'incremental append': ['--mode', 'incremental', '--write', 'append', '--cursor', 'id'],
};

for (const [policy, options] of Object.entries(policies)) {
  test(`two runs of one ${policy} at once: the later one fences off the earlier one, and the rows are right`, async () => {
    const [source, target] = [await server.database(), await server.database()];
    await server.sql(
      source,
      "create table rows (id int primary key, note text); insert into rows select i, 'old' from generate_series(1, 100) i",
    );
    const flow = ['sync', source, target, '--stream', 'rows', ...options];
    const earlier = await pauseAt(site, 'engine.staged', flow);
    await server.sql(source, "update rows set note = 'new'; insert into rows values (101, 'new')");
    assert.equal(receiptOf(await site.run(flow)).added, 101);
    const fenced = await earlier.resume();
    assert.equal(fenced.code, 1);
    assert.equal(failureOf(fenced).code, 'publish.fenced');
    assert.deepEqual(
      await server.sql(target, "select count(*), count(distinct id), count(*) filter (where note = 'old') from rows"),
      [['101', '101', '0']],
    );

    const next = receiptOf(await site.run(flow));
    assert.equal(next.attempt, 1);
    assert.deepEqual(
      await server.sql(target, "select tablename from pg_tables where schemaname = '_headgate' order by 1"),
      ledgerTables,
    );
  });
}

const ledgerTables = [['fence'], ['ledger'], ['meta']];

/**
 * As large as a table must be to be read in partitions, and quickly made: blocks that hold one small row each, and a few
 * rows that no buffer between two servers can take.
 */
const largeTable = `
  create table large (id int primary key, filler text, payload text) with (fillfactor = 10);
  alter table large alter payload set storage external;
  insert into large select i, repeat('x', 450), case when i % 2048 = 1 then repeat(md5(i::text), 100000) end from generate_series(1, 33000) i;
  analyze large`;

test('a large table is read in partitions of one snapshot; one that is lost is read again', async () => {
  const [source, target] = [await server.database(), await server.database()];
  await server.sql(source, largeTable);
  const flow = ['sync', source, target, '--stream', 'large', '--parallel', '2'];
  const paused = await pauseAt(site, 'engine.first-bytes:2', flow);
  const lost = await server.sql(
    source,
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and query like 'copy%' and state = 'active'`,
  );
  assert.ok(lost.length > 0, 'no partition was being read');
  // After the snapshot: not one of these may show.
  await server.sql(
    source,
    "update large set filler = 'later' where id % 100 = 0; delete from large where id = 1; insert into large values (40000, 'later', null)",
  );
  const result = await paused.resume();
  const receipt = receiptOf(result);
  assert.deepEqual([receipt.read, receipt.added], [33000, 33000]);
  assert.equal(receipt.evidence, '33000 rows in 4 partitions of one snapshot');
  assert.match(result.stderr, /a partition was lost and is read again/);
  assert.deepEqual(
    await server.sql(
      target,
      'select count(*), count(distinct id), min(id), max(id), sum(length(filler)), sum(length(payload)) from large',
    ),
    [['33000', '33000', '1', '33000', String(33000 * 450), String(17 * 3_200_000)]],
  );
});
