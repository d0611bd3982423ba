/** What a cursor can do to rows: ties, digits, NULLs, the future, writers in between. Nothing is lost, nothing comes twice. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Client } from 'pg';
import { startProxy } from '../support/proxy.ts';
import { failureOf, receiptOf } from '../support/receipts.ts';
import { openSite } from '../support/site.ts';

const site = await openSite();
const { server } = site;
after(() => site[Symbol.asyncDispose]());

type Write = 'append' | 'merge';

interface Pair {
  readonly source: string;
  readonly target: string;
  readonly flow: readonly string[];
  /** Every row of both sides, which must be equal. */
  same(columns?: string): Promise<readonly (readonly (string | null)[])[]>;
}

/** A table `t` with an `id` and a cursor `at` of some type. */
async function pair(type: string, write: Write, more: readonly string[] = []): Promise<Pair> {
  const [source, target] = [await server.database(), await server.database()];
  await server.sql(source, `create table t (id int primary key, at ${type}, note text)`);
  const flow = ['sync', source, target, '--stream', 't', '--mode', 'incremental', '--write', write, '--cursor', 'at', ...more];
  const same = async (columns = 'id, at'): Promise<readonly (readonly (string | null)[])[]> => {
    const rows = `select ${columns} from t order by id`;
    const [there, here] = [await server.sql(source, rows), await server.sql(target, rows)];
    assert.deepEqual(here, there);
    return here;
  };
  return { source, target, flow, same };
}

for (const write of ['append', 'merge'] as const) {
  test(`rows of the same day arrive whenever they come, ${write}`, async () => {
    const { source, flow, same } = await pair('date', write);
    await server.sql(source, 'insert into t select i, current_date from generate_series(1, 3) i');
    receiptOf(await site.run(flow));
    await server.sql(source, 'insert into t select i, current_date from generate_series(4, 5) i');
    assert.equal(receiptOf(await site.run(flow)).added, 2);
    assert.equal((await same()).length, 5);
  });

  test(`microseconds of one millisecond are told apart, one row per run, ${write}`, async () => {
    const { source, flow, same } = await pair('timestamptz', write);
    for (const [id, fraction] of ['123000', '123100', '123456'].entries()) {
      await server.sql(source, `insert into t values (${id}, '2024-01-01 00:00:00.${fraction}+00')`);
      assert.equal(receiptOf(await site.run(flow)).written, 1);
      await same();
    }
    for (const _again of [1, 2]) assert.equal(receiptOf(await site.run(flow)).written, 0);
    await same();
  });

  test(`a row from the year 2999 holds nothing up, ${write}`, async () => {
    const { source, flow, same } = await pair('timestamptz', write);
    await server.sql(source, "insert into t values (1, '2999-01-01')");
    assert.match(receiptOf(await site.run(flow)).warnings.join(), /in the future/);
    await server.sql(source, 'insert into t values (2, now())');
    assert.equal(receiptOf(await site.run(flow)).added, 1);
    assert.equal((await same()).length, 2);
  });

  test(`rows without a cursor come once, and again when they get one, ${write}`, async () => {
    const { source, target, flow, same } = await pair('timestamptz', write, ['--key', 'id']);
    await server.sql(source, `insert into t select i, case when i > 3 then now() end from generate_series(1, 10) i`);
    assert.equal(receiptOf(await site.run(flow)).added, 10);
    await server.sql(source, 'update t set at = now() where id = 1');
    receiptOf(await site.run(flow));
    if (write === 'merge') assert.equal((await same()).length, 10);
    // To append is to keep what was: the row is there as it was and as it is.
    else assert.deepEqual(await server.sql(target, 'select count(*), count(distinct id) from t'), [['11', '10']]);
    const plan = await site.run(['plan', ...flow.slice(1), '--null-cursor', 'skip']);
    assert.equal(plan.code, 0, plan.stdout);
  });

  test(`a row that commits between two statements of a read is in this run or the next, ${write}`, async () => {
    const { source, flow, same } = await pair('timestamptz', write);
    await using proxy = await startProxy(server.port);
    const through = [...flow.slice(0, 1), proxy.url(source), ...flow.slice(2)];
    // Anywhere among the small statements that come before the rows.
    for (const [turn, after] of [900, 1_500, 2_500, 4_000].entries()) {
      const late = new Client({ connectionString: source });
      await late.connect();
      await late.query(`begin; insert into t values (${turn}, now())`);
      await server.sql(source, `insert into t values (${10 + turn}, clock_timestamp())`);
      const stalled = proxy.arm({ kind: 'stall', direction: 'to-server', after });
      const running = site.run(through);
      await Promise.race([stalled, running]);
      await late.query('commit');
      await late.end();
      proxy.release();
      receiptOf(await running);
      void proxy.arm(undefined);
    }
    receiptOf(await site.run(through));
    assert.equal((await same()).length, 8);
  });
}

/** Rows of 100 kB each, so that those at the end are still at the server when the first have arrived. */
const pages = `insert into t select i, now(), repeat(md5(i::text), 3125) from generate_series(1, 100) i`;

for (const write of ['append', 'merge'] as const) {
  test(`rows that change while they are read first are read again by the next run, ${write}`, async () => {
    const { source, target, flow, same } = await pair('timestamptz', write);
    await server.sql(source, `alter table t alter note set storage external; ${pages}`);
    await using proxy = await startProxy(server.port);
    const through = [...flow.slice(0, 1), proxy.url(source), ...flow.slice(2)];
    const stalled = proxy.arm({ kind: 'stall', direction: 'to-client', after: 3_000_000 });
    const running = site.run(through);
    await Promise.race([stalled, running]);
    const begun = await server.sql(source, 'select now()');
    await server.sql(
      source,
      `update t set at = now(), note = 'first' where id = 1; update t set at = now(), note = 'last' where id = 100`,
    );
    proxy.release();
    const first = receiptOf(await running);
    assert.equal(first.added, 100);
    assert.deepEqual(await server.sql(target, `select count(*) from t where at > '${begun[0]?.[0]}'`), [['0']]);
    const second = receiptOf(await site.run(through));
    assert.equal(second.written, 2);
    if (write === 'merge') await same('id, at, note');
    else assert.deepEqual(await server.sql(target, `select count(*), count(distinct id) from t`), [['102', '100']]);
  });
}

test('a run that finds nothing leaves the saved position as it is, byte for byte', async () => {
  const { source, target, flow } = await pair('timestamptz', 'merge');
  await server.sql(source, "insert into t values (1, now() - interval '1 minute')");
  receiptOf(await site.run(flow));
  await server.sql(source, 'delete from t');
  const saved = 'select positions::text from _headgate.ledger order by number desc limit 1';
  const before = await server.sql(target, saved);
  for (const _idle of [1, 2]) {
    assert.equal(receiptOf(await site.run(flow)).read, 0);
    assert.deepEqual(await server.sql(target, saved), before);
  }
});

test('a row whose key has a NULL is there once, or is refused: never once per run', async () => {
  const [source, append, merge] = [await server.database(), await server.database(), await server.database()];
  await server.sql(source, 'create table t (a int, b int, at timestamptz default now()); insert into t values (1, null)');
  const read = ['--stream', 't', '--mode', 'incremental', '--cursor', 'at', '--write'];
  for (let run = 1; run <= 5; run++) {
    receiptOf(await site.run(['sync', source, append, ...read, 'append']));
    const failed = await site.run(['sync', source, merge, ...read, 'merge', '--key', 'a,b']);
    assert.equal(failureOf(failed).code, 'key.null');
  }
  assert.deepEqual(await server.sql(append, 'select a, b from t'), [['1', null]]);
  assert.deepEqual(await server.sql(merge, "select to_regclass('t')"), [[null]]);
});
