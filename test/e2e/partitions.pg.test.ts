/** A large table in partitions of one snapshot, while rows change and connections die: the snapshot arrives, each row once. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Receipt } from '../../src/domain/receipt.ts';
import { runInProcess } from '../support/engine.ts';
import { startProxy, type Proxy } from '../support/proxy.ts';
import { openSite } from '../support/site.ts';

const site = await openSite();
const { server } = site;
after(() => site[Symbol.asyncDispose]());

/** As large as three partitions must be, quickly made: blocks of one small row each, and a few rows that no buffer can take. */
const rows = 12_300;
const fixture = await server.database('fixture');
await server.sql(
  fixture,
  `create table large (id int primary key, filler text, payload text) with (fillfactor = 10);
   alter table large alter payload set storage external;
   insert into large select i, repeat('x', 450), case when i % 1024 = 1 then repeat(md5(i::text), 160000) end from generate_series(1, ${rows}) i;
   analyze large`,
);
const digest = `select count(*), count(distinct id), md5(string_agg(md5(id || filler || coalesce(payload, '~')), '' order by id)) from large`;
const [snapshot] = await server.sql(fixture, digest);

/** After the snapshot: not one of these may show. */
const edits = `update large set filler = 'later' where id % 50 = 0; delete from large where id % 1000 = 1;
  insert into large select i, 'later', null from generate_series(50001, 50100) i`;

interface Read {
  readonly source: string;
  readonly target: string;
  readonly notes: string[];
  /** Starts the read; `proxy` stands before the side that is given. */
  run(side: 'source' | 'destination', proxy: Proxy): Promise<Receipt>;
}

async function openRead(): Promise<Read> {
  const name = `large_${Math.random().toString(36).slice(2)}`;
  await server.sql(server.url(), `create database ${name} template fixture strategy file_copy`);
  const [source, target, notes] = [server.url(name), await server.database(), []];
  const through = (side: string, wanted: string, url: string, proxy: Proxy): string => (side === wanted ? proxy.url(url) : url);
  return {
    source,
    target,
    notes,
    run: (side, proxy) =>
      runInProcess({
        source: through(side, 'source', source, proxy),
        destination: through(side, 'destination', target, proxy),
        stream: 'large',
        options: { mode: 'replace' },
        stateDir: site.stateDir,
        parallel: 2,
        partitionBytes: 1,
        notes,
      }),
  };
}

async function requireSnapshot({ target, notes }: Read, receipt: Receipt): Promise<void> {
  assert.equal(receipt.state, 'succeeded', receipt.error?.message);
  assert.deepEqual([receipt.read, receipt.written, receipt.added], [rows, rows, rows]);
  assert.match(receipt.evidence, /12300 rows in 4 partitions of one snapshot/);
  assert.deepEqual(notes, ['a partition was lost and is read again']);
  assert.deepEqual(await server.sql(target, digest), [snapshot]);
}

/** Ends the sessions that run a copy on this database. */
function terminate(url: string): Promise<(string | null)[][]> {
  return server.sql(
    url,
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and state = 'active' and query like 'copy%' limit 1`,
  );
}

for (const side of ['source', 'destination'] as const) {
  test(`a session of the ${side} is terminated in the middle of a partition, and rows change meanwhile`, async () => {
    await using proxy = await startProxy(server.port);
    const read = await openRead();
    const direction = side === 'source' ? 'to-client' : 'to-server';
    const stalled = proxy.arm({ kind: 'stall', direction, after: 2_000_000 });
    const running = read.run(side, proxy);
    await Promise.race([stalled, running]);
    assert.equal((await terminate(side === 'source' ? read.source : read.target)).length, 1, 'a partition is on its way');
    await server.sql(read.source, edits);
    proxy.release();
    await requireSnapshot(read, await running);
  });

  test(`the wire to the ${side} is cut in the middle of a partition`, async () => {
    await using proxy = await startProxy(server.port);
    const read = await openRead();
    void proxy.arm({ kind: 'cut', direction: side === 'source' ? 'to-client' : 'to-server', after: 3_000_000 });
    await requireSnapshot(read, await read.run(side, proxy));
  });
}
