/** One large table, read by several workers as processes with data directories of their own: some of them die, the table ends right. */
import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { databaseSettings, startService, untilRun, type Service } from '../support/service.ts';
import { openSite } from '../support/site.ts';

const site = await openSite();
after(async () => await site[Symbol.asyncDispose]());

/** As large as twelve partitions must be, quickly made: most of each block stays empty. */
const rows = 300_000;
const source = await site.server.database('shop');
await site.server.sql(
  source,
  `create unlogged table orders (id bigint primary key, filler text) with (fillfactor = 10);
   insert into orders select i, repeat(md5(i::text), 3) from generate_series(1, ${rows}) i; analyze orders`,
);
const digest = `select count(*), count(distinct id), md5(string_agg(md5(id || filler), '' order by id)) from orders`;
const [expected] = await site.server.sql(source, digest);

interface Scene extends AsyncDisposable {
  readonly api: Service;
  /** A worker that stands still at the failpoint while `paused` says so; absent = it works. */
  worker(name: string, failpoint?: string): Promise<Service>;
  paused(name: string): Promise<void>;
  resume(name: string): void;
  start(): Promise<string>;
  /** Owners of partitions so far. */
  owners(): Promise<readonly string[]>;
  /** Does anybody copy from the source or into the target? */
  copies(): Promise<boolean>;
  /** What users see at the target. */
  tables(): Promise<number>;
  requireRight(): Promise<void>;
}

async function openScene(name: string): Promise<Scene> {
  await using opened = new AsyncDisposableStack();
  const [state, target] = [await site.server.database(`state_${name}`), await site.server.database(`copy_${name}`)];
  const spread = { HEADGATE_SPREAD_FROM: '1', HEADGATE_SPREAD_READERS: '6' };
  const env = { DATABASE_URL: state, HEADGATE_MASTER_KEY: 'one key for every machine, kept by all of them', ...spread };
  const api = opened.use(await startService(site.path(`${name}-api`), env, ['--role', 'api', '--no-sample']));
  for (const [slug, url] of [
    ['shop', source],
    ['copy', target],
  ] as const) {
    await api.api('POST', '/connections', { name: slug, slug, connector: 'postgres', settings: databaseSettings(url) });
  }
  const flows = [{ stream: 'public.orders', write: 'replace' }];
  await api.api('POST', '/pipelines', { name: 'p', slug: 'p', source: 'shop', destination: 'copy', flows });
  const pause = (worker: string): string => site.path(`${name}-${worker}-paused`);
  const kept = opened.move();
  return {
    api,
    async worker(worker, failpoint) {
      const held = failpoint === undefined ? {} : { HEADGATE_FAILPOINT: failpoint, HEADGATE_FAILPOINT_PAUSE: pause(worker) };
      // A worker has no address of its own that is loopback; with one place it takes one partition at a time.
      const open = { ...env, ...held, HEADGATE_ALLOW_NETWORKS: '127.0.0.0/8', HEADGATE_CONCURRENCY: '1' };
      return kept.use(await startService(site.path(`${name}-${worker}`), open, ['--role', 'worker']));
    },
    async paused(worker) {
      while (!existsSync(pause(worker))) await wait(20);
    },
    resume: (worker) => rmSync(pause(worker)),
    start: async () => String((await api.api('POST', '/pipelines/p/trigger'))['id']),
    async owners() {
      const found = await site.server.sql(
        state,
        'select distinct lease_owner from headgate.partitions where lease_owner is not null',
      );
      return found.map(([owner]) => owner ?? '');
    },
    async copies() {
      const copying = `select from pg_stat_activity where query like 'copy%' and datname in ('shop', 'copy_${name}')`;
      return (await site.server.sql(state, copying)).length > 0;
    },
    tables: async () => (await site.server.sql(target, `select from pg_tables where schemaname = 'public'`)).length,
    async requireRight() {
      assert.deepEqual(await site.server.sql(target, digest), [expected]);
      const left = `select relname from pg_class where relnamespace = '_headgate'::regnamespace and relname like 'stage%'`;
      assert.deepEqual(await site.server.sql(target, left), []);
      assert.deepEqual(await site.server.sql(state, 'select id from headgate.spreads'), []);
    },
    [Symbol.asyncDispose]: async () => await kept.disposeAsync(),
  };
}

type Receipts = readonly { readonly read: number; readonly written: number; readonly evidence: string }[];
const ends = ['succeeded', 'failed', 'cancelled', 'needs_review'];

test('a worker dies between the commit of its partition and saying so: that one alone is done again, and counts once', async () => {
  await using scene = await openScene('helper');
  await scene.worker('owner', 'engine.partitions-opened');
  const run = await scene.start();
  await scene.paused('owner');
  const dying = await scene.worker('dying', 'engine.partition-staged');
  await scene.worker('living', 'engine.partition-staged');
  await Promise.all([scene.paused('dying'), scene.paused('living')]);
  assert.equal((await scene.owners()).length, 2);
  await dying.kill();
  scene.resume('living');
  scene.resume('owner');
  const ended = await untilRun(scene.api, run, ends);
  assert.deepEqual([ended['state'], ended['attempt']], ['succeeded', 1], JSON.stringify(ended['error']));
  const [receipt] = ended['receipts'] as Receipts;
  assert.deepEqual([receipt?.read, receipt?.written], [rows, rows]);
  assert.match(receipt?.evidence ?? '', /^300000 rows in 12 partitions of one snapshot, staged by 2 workers$/);
  const { data: lines } = (await scene.api.api('GET', `/runs/${run}/logs`)) as { data: readonly { readonly message: string }[] };
  assert.ok(lines.some(({ message }) => message === 'public.orders: 12 partitions were staged, workers: 2'));
  await scene.requireRight();
});

test('the owner of the run dies: another one starts again, and what is late of the old attempt shows nowhere', async () => {
  await using scene = await openScene('owner');
  const owner = await scene.worker('owner', 'engine.partitions-opened');
  const run = await scene.start();
  await scene.paused('owner');
  await scene.worker('late', 'postgres.copy.mid');
  await scene.paused('late');
  await owner.kill();
  await scene.worker('next', 'engine.partitions-opened');
  await scene.paused('next');
  // The second attempt has begun: now the first one's partition goes on.
  scene.resume('late');
  scene.resume('next');
  const ended = await untilRun(scene.api, run, ends);
  assert.deepEqual([ended['state'], ended['attempt']], ['succeeded', 2], JSON.stringify(ended['error']));
  assert.match((ended['receipts'] as Receipts)[0]?.evidence ?? '', /^300000 rows in 12 partitions of one snapshot/);
  await scene.requireRight();
});

test('a request to cancel ends the copies of all workers, and nothing shows', async () => {
  await using scene = await openScene('cancel');
  await scene.worker('owner', 'engine.partitions-opened');
  const run = await scene.start();
  await scene.paused('owner');
  await scene.worker('helper', 'postgres.copy.mid');
  await scene.paused('helper');
  await scene.api.api('POST', `/runs/${run}/cancel`);
  // The worker itself still stands still: its sessions do not.
  while (await scene.copies()) await wait(20);
  scene.resume('helper');
  scene.resume('owner');
  assert.equal((await untilRun(scene.api, run, ends))['state'], 'cancelled');
  assert.equal(await scene.tables(), 0);
});
