/** What a refresh can do to a table that people read: errors, emptiness, lost answers and kills leave the old rows or give the new. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { startProxy } from '../support/proxy.ts';
import { failureOf, receiptOf } from '../support/receipts.ts';
import { openSite } from '../support/site.ts';

const site = await openSite();
const { server } = site;
after(() => site[Symbol.asyncDispose]());

const kinds = ['postgres', 'duckdb'] as const;
let files = 0;
const place = async (kind: (typeof kinds)[number]): Promise<string> =>
  kind === 'postgres' ? await server.database() : `duckdb:${site.path(`refresh-${(files += 1)}.duckdb`)}`;

const modes = {
  replace: ['--mode', 'replace'],
  mirror: ['--mode', 'mirror', '--key', 'id'],
};

/** `bad` is the row that the source fails at; 0 = none. Thousands of rows: several chunks come before the last ones. */
async function failing(rows: number): Promise<string> {
  const url = await server.database();
  await server.sql(
    url,
    `create table trap (bad int); insert into trap values (0);
     create table rows (id int primary key, note text); insert into rows select i, repeat('old', 20) from generate_series(1, ${rows}) i;
     create view t as select id, note, 1 / (id - (select bad from trap)) as share from rows`,
  );
  return url;
}

for (const kind of kinds) {
  for (const [mode, options] of Object.entries(modes)) {
    test(`a source that fails is not an empty one: ${mode} into ${kind}`, async () => {
      const [source, to] = [await failing(4000), await place(kind)];
      const flow = ['sync', source, to, '--stream', 't', ...options];
      receiptOf(await site.run(flow));
      for (const bad of [1, 3900]) {
        await server.sql(source, `update trap set bad = ${bad}; update rows set note = 'new'`);
        const failed = await site.run(flow);
        assert.deepEqual([failed.code, failureOf(failed).code], [1, 'value.invalid']);
        assert.deepEqual(await site.rows(to, "select count(*), count(*) filter (where note like 'old%') from t"), [
          ['4000', '4000'],
        ]);
      }
    });
  }

  test(`rows of somebody else, and a source that is empty for a moment: held, nothing deleted, in ${kind}`, async () => {
    const [source, to] = [await server.database(), await place(kind)];
    await server.sql(source, 'create table t (id int primary key, note text); insert into t values (1, $$a$$), (2, $$b$$)');
    const flow = ['sync', source, to, '--stream', 't', ...modes.mirror];
    receiptOf(await site.run(flow));
    if (kind === 'postgres') await server.sql(to, "insert into t select i, 'theirs' from generate_series(101, 105) i");
    else {
      const theirs = await server.database();
      await server.sql(
        theirs,
        "create table t (id int primary key, note text); insert into t select i, 'theirs' from generate_series(101, 105) i",
      );
      receiptOf(await site.run(['sync', theirs, to, '--stream', 't', '--mode', 'append']));
    }
    await server.sql(source, 'create table kept as table t; delete from t');
    for (const _again of [1, 2]) {
      const held = await site.run(flow);
      assert.deepEqual([held.code, failureOf(held).code], [8, 'publish.held']);
    }
    assert.deepEqual(await site.rows(to, "select count(*), count(*) filter (where note = 'theirs') from t"), [['7', '5']]);
  });
}

for (const mode of ['replace', 'mirror'] as const) {
  test(`whoever counts while a ${mode} runs and is killed sees all old rows or all new ones`, async () => {
    const [source, to] = [await server.database(), await server.database()];
    await server.sql(
      source,
      "create table t (id int primary key, note text); insert into t select i, 'old' from generate_series(1, 2000) i",
    );
    const flow = ['sync', source, to, '--stream', 't', ...modes[mode]];
    receiptOf(await site.run(flow));
    await server.sql(source, "update t set note = 'new'; insert into t select i, 'new' from generate_series(2001, 2100) i");
    const reader = new Client({ connectionString: to });
    await reader.connect();
    const seen = new Set<string>();
    let done = false;
    const reading = (async () => {
      while (!done) {
        const { rows } = await reader.query<{ seen: string }>(
          "select count(*) || ' ' || count(*) filter (where note = 'new') as seen from t",
        );
        seen.add(rows[0]?.seen ?? 'nothing');
        await wait(5);
      }
    })();
    for (const point of ['engine.staged', 'postgres.publish.written', 'postgres.publish.before-commit']) {
      assert.equal((await site.run(flow, { env: { HEADGATE_FAILPOINT: point } })).killed, 'SIGKILL', point);
    }
    assert.deepEqual([...seen], ['2000 0']);
    receiptOf(await site.run(flow));
    done = true;
    await reading;
    await reader.end();
    assert.deepEqual(
      [...seen].toSorted().filter((count) => count !== '2000 0' && count !== '2100 2100'),
      [],
    );
    assert.deepEqual(await server.sql(to, 'select count(*) from t'), [['2100']]);
  });
}

test('an answer to COMMIT that gets lost, and a kill right after it: the rows are appended once', async () => {
  const [source, to] = [await server.database(), await server.database()];
  await server.sql(source, 'create table t (id int); insert into t select generate_series(1, 500)');
  await using proxy = await startProxy(server.port);
  const flow = ['sync', source, proxy.url(to), '--stream', 't', '--mode', 'append'];
  // Each commit of the run in turn: the claim, the stage, the publish.
  for (let skip = 0, expected = 500; skip < 4; skip++, expected += 500) {
    void proxy.arm({ kind: 'lose-commit-reply', skip });
    const run = await site.run(flow);
    void proxy.arm(undefined);
    if (run.code !== 0) receiptOf(await site.run(flow));
    assert.deepEqual(await server.sql(to, 'select count(*) from t'), [[String(expected)]], `commit ${skip + 1}`);
  }
  for (const point of ['postgres.publish.committed', 'engine.published']) {
    const [before] = await server.sql(to, 'select count(*) from t');
    assert.equal((await site.run(flow, { env: { HEADGATE_FAILPOINT: point } })).killed, 'SIGKILL');
    receiptOf(await site.run(flow));
    assert.deepEqual(await server.sql(to, 'select count(*) from t'), [[String(Number(before?.[0]) + 500)]], point);
  }
});

for (const kind of kinds) {
  test(`one poisoned value of 1,000: everything stops, or 999 rows and one that is counted, into ${kind}`, async () => {
    const to = await place(kind);
    const lines = Array.from({ length: 1000 }, (_, i) => `${i + 1},${i + 1 === 500 ? 'poison' : i + 1}`);
    const from = site.file('poison.csv', `id,n\n${lines.join('\n')}\n`);
    const flow = ['sync', from, to, '--into', 't', '--cast', 'n=integer'];
    const stopped = await site.run(flow);
    assert.deepEqual([stopped.code, failureOf(stopped).code], [1, 'value.invalid']);
    const receipt = receiptOf(await site.run([...flow, '--max-rejects', '1']), 3);
    assert.deepEqual([receipt.read, receipt.written, receipt.rejected], [1000, 999, 1]);
    assert.deepEqual(await site.rows(to, 'select count(*), count(n), min(n), max(n) from t'), [['999', '999', '1', '1000']]);
  });
}
