/** The modes as a person sees them: windows, keys, NULLs, deletes, append. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { failureOf, receiptOf } from '../support/receipts.ts';
import { openSite } from '../support/site.ts';

const site = await openSite();
const { server } = site;
after(() => site[Symbol.asyncDispose]());

type Kind = 'postgres' | 'duckdb';
const kinds: readonly Kind[] = ['postgres', 'duckdb'];
let files = 0;
const target = async (kind: Kind): Promise<string> =>
  kind === 'postgres' ? await server.database() : `duckdb:${site.path(`modes-${(files += 1)}.duckdb`)}`;

/** `id, line` is the key; `seen` the cursor, one per hour of one day. */
async function moves(): Promise<string> {
  const url = await server.database();
  await server.sql(
    url,
    `create table moves (id int, line int, note text, seen timestamp, primary key (id, line));
     insert into moves select i / 2, i % 2, 'note ' || i, '2026-03-01'::timestamp + i * interval '1 hour' from generate_series(0, 23) i`,
  );
  return url;
}

const incremental = ['--stream', 'moves', '--mode', 'incremental', '--cursor', 'seen'];

for (const kind of kinds) {
  test(`an incremental merge by a key of two columns into ${kind}, with a lookback`, async () => {
    const [from, to] = [await moves(), await target(kind)];
    const flow = ['sync', from, to, ...incremental];
    assert.equal(receiptOf(await site.run(flow)).added, 24);
    await server.sql(
      from,
      "update moves set note = 'late' where (id, line) = (10, 0); update moves set note = 'lost' where (id, line) = (0, 0)",
    );
    const looked = receiptOf(await site.run([...flow, '--lookback', '5 hours']));
    assert.deepEqual([looked.read, looked.changed, looked.added], [6, 1, 0]);
    assert.deepEqual(await site.rows(to, "select id, line from moves where note = 'late'"), [['10', '0']]);
    assert.deepEqual(await site.rows(to, "select count(*) from moves where note = 'lost'"), [['0']]);
  });

  test(`a window is read with both bounds, and leaves the position alone, into ${kind}`, async () => {
    const [from, to] = [await moves(), await target(kind)];
    const flow = ['sync', from, to, ...incremental];
    const window = ['--from', '2026-03-01 02:00', '--until', '2026-03-01 05:00'];
    assert.equal(receiptOf(await site.run([...flow, ...window])).added, 4);
    assert.equal(receiptOf(await site.run([...flow, ...window])).written, 0);
    receiptOf(await site.run([...flow, '--from', '2026-03-01']));
    assert.deepEqual(await site.rows(to, 'select count(*) from moves'), [['24']]);
  });

  test(`rows without a cursor: read every time, left out, or a reason to stop, into ${kind}`, async () => {
    const from = await moves();
    await server.sql(from, "insert into moves values (90, 0, 'no time', null)");
    const to = await target(kind);
    const flow = ['sync', from, to, ...incremental, '--null-cursor'];
    assert.equal(receiptOf(await site.run([...flow, 'skip'])).added, 24);
    const included = receiptOf(await site.run([...flow, 'include']));
    assert.deepEqual([included.read, included.added], [2, 1]);
    const failed = await site.run([...flow, 'fail']);
    assert.equal(failed.code, 1);
    assert.equal(failureOf(failed).code, 'cursor.null');
    assert.deepEqual(await site.rows(to, 'select count(*) from moves'), [['25']]);
  });

  test(`an incoming NULL keeps the stored value of ${kind} where that is asked for`, async () => {
    const [from, to] = [await moves(), await target(kind)];
    const flow = ['sync', from, to, '--stream', 'moves', '--mode', 'merge'];
    receiptOf(await site.run(flow));
    await server.sql(from, 'update moves set note = null where (id, line) = (3, 1)');
    assert.equal(receiptOf(await site.run([...flow, '--nulls', 'keep'])).written, 0);
    assert.deepEqual(await site.rows(to, 'select note from moves where id = 3 and line = 1'), [['note 7']]);
    assert.equal(receiptOf(await site.run(flow)).changed, 1);
    assert.deepEqual(await site.rows(to, 'select note from moves where id = 3 and line = 1'), [[null]]);
  });

  test(`a mirror marks rows that went away in ${kind}, and clears the mark when they come back`, async () => {
    const [from, to] = [await moves(), await target(kind)];
    const flow = ['sync', from, to, '--stream', 'moves', '--mode', 'mirror', '--deletes', 'soft'];
    receiptOf(await site.run(flow));
    await server.sql(from, 'delete from moves where id = 3');
    assert.equal(receiptOf(await site.run(flow)).deleted, 2);
    const marked = 'select count(*), count(_deleted_at) from moves';
    assert.deepEqual(await site.rows(to, marked), [['24', '2']]);
    const verify = ['verify', ...flow.slice(1)];
    assert.equal((await site.run(verify)).code, 0);
    await server.sql(from, "insert into moves values (3, 0, 'back', '2026-03-03')");
    receiptOf(await site.run(flow));
    assert.deepEqual(await site.rows(to, marked), [['24', '1']]);
    assert.equal((await site.run(verify)).code, 0);
  });

  test(`an append twice is twice the rows in ${kind}; killed after its publish and repeated it is once`, async () => {
    const [from, to] = [await moves(), await target(kind)];
    const flow = ['sync', from, to, '--stream', 'moves', '--mode', 'append'];
    receiptOf(await site.run(flow));
    receiptOf(await site.run(flow));
    assert.deepEqual(await site.rows(to, 'select count(*) from moves'), [['48']]);
    const killed = await site.run(flow, { env: { HEADGATE_FAILPOINT: 'engine.published' } });
    assert.equal(killed.killed, 'SIGKILL');
    const repeated = receiptOf(await site.run(flow));
    assert.deepEqual([repeated.attempt, repeated.read, repeated.added], [2, 24, 24]);
    assert.match(repeated.evidence, /had already published/);
    assert.deepEqual(await site.rows(to, 'select count(*) from moves'), [['72']]);
  });
}
