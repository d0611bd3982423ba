import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startPostgres } from './postgres.ts';
import { faultOf, startProxy } from './proxy.ts';

const server = await startPostgres();
after(() => server.stop());

test('it forwards both ways, also much', async () => {
  await using proxy = await startProxy(server.port);
  const rows = await server.sql(proxy.url(server.url()), `select repeat('x', 5000000)`);
  assert.equal(rows[0]?.[0]?.length, 5_000_000);
});

test('a lost reply to COMMIT: the client sees a lost connection, the rows are there', async () => {
  await using proxy = await startProxy(server.port);
  const url = await server.database();
  await server.sql(url, 'create table t (a int)');
  const happened = proxy.arm({ kind: 'lose-commit-reply', skip: 1 });
  await server.sql(proxy.url(url), 'begin; insert into t values (1); commit');
  await assert.rejects(server.sql(proxy.url(url), 'begin; insert into t values (2); commit'));
  await happened;
  await server.sql(proxy.url(url), 'begin; insert into t values (3); commit');
  assert.deepEqual(await server.sql(url, 'select a from t order by a'), [['1'], ['2'], ['3']]);
});

test('a cut in either direction loses the connection once', async () => {
  await using proxy = await startProxy(server.port);
  const url = proxy.url(server.url());
  for (const direction of ['to-server', 'to-client'] as const) {
    for (const after of [0, 10, 2000]) {
      const happened = proxy.arm({ kind: 'cut', direction, after });
      await assert.rejects(server.sql(url, `select repeat('x', 4000) -- ${'y'.repeat(4000)}`), `${direction} after ${after}`);
      await happened;
      assert.deepEqual(await server.sql(url, 'select 1'), [['1']]);
    }
  }
});

test('a stall holds until it is released, or for its time', async () => {
  await using proxy = await startProxy(server.port);
  const url = proxy.url(server.url());
  for (const ms of [undefined, 20]) {
    const happened = proxy.arm({ kind: 'stall', direction: 'to-client', after: 500, ...(ms !== undefined && { ms }) });
    let answered = false;
    const answer = server.sql(url, `select repeat('x', 100000)`).finally(() => (answered = true));
    await happened;
    assert.equal(answered, false);
    if (ms === undefined) proxy.release();
    assert.equal((await answer)[0]?.[0]?.length, 100_000);
  }
});

test('refused connections', async () => {
  await using proxy = await startProxy(server.port);
  void proxy.arm({ kind: 'refuse' });
  await assert.rejects(server.sql(proxy.url(server.url()), 'select 1'));
  void proxy.arm(undefined);
  assert.deepEqual(await server.sql(proxy.url(server.url()), 'select 1'), [['1']]);
});

test('equal seeds give equal faults, and the seeds together every kind', () => {
  const faults = Array.from({ length: 50 }, (_, seed) => faultOf(seed, 10_000));
  assert.deepEqual(
    faults,
    Array.from({ length: 50 }, (_, seed) => faultOf(seed, 10_000)),
  );
  assert.deepEqual([...new Set(faults.map((fault) => fault.kind))].sort(), ['cut', 'lose-commit-reply', 'stall']);
});
