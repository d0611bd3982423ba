/** One API and three workers, each a process with a data directory of its own, on one PostgreSQL: workers die, tables end right. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { databaseSettings, startService, type Service } from '../support/service.ts';
import { openSite } from '../support/site.ts';

const site = await openSite();
after(async () => await site[Symbol.asyncDispose]());

const pipelines = 200;
const rows = 40;
const state = await site.server.database('state');
const source = await site.server.database('shop');
const target = await site.server.database('copy');
await site.server.sql(
  source,
  `create table orders (id bigint primary key, note text); insert into orders select i, md5(i::text) from generate_series(1, ${rows}) i`,
);

const env = { DATABASE_URL: state, HEADGATE_MASTER_KEY: 'one key for every machine, kept by all of them', HEADGATE_GRACE: '1' };

async function worker(name: string): Promise<Service> {
  // A worker has no address of its own that is loopback: it is told that databases of this machine may be reached.
  const open = { ...env, HEADGATE_ALLOW_NETWORKS: '127.0.0.0/8' };
  return await startService(site.path(name), open, ['--role', 'worker']);
}

async function ended(api: Service): Promise<readonly string[]> {
  const states: string[] = [];
  for (let cursor = ''; ;) {
    const page = (await api.api('GET', `/runs?limit=200${cursor}`)) as {
      data: readonly { readonly state: string }[];
      next_cursor: string | null;
    };
    states.push(...page.data.map(({ state: one }) => one));
    if (page.next_cursor === null) return states.filter((one) => !['queued', 'running', 'retrying'].includes(one));
    cursor = `&cursor=${page.next_cursor}`;
  }
}

test(`${pipelines} pipelines, three workers that are killed in turn: every run succeeds, every table equals its source`, async () => {
  await using api = await startService(site.path('api'), env, ['--role', 'api', '--no-sample']);
  for (const [name, url] of [
    ['shop', source],
    ['copy', target],
  ] as const) {
    await api.api('POST', '/connections', { name, slug: name, connector: 'postgres', settings: databaseSettings(url) });
  }
  const names = Array.from({ length: pipelines }, (_, at) => `t${at}`);
  for (const name of names) {
    const flows = [{ stream: 'public.orders', into: name, write: Number(name.slice(1)) % 2 === 0 ? 'replace' : 'append' }];
    await api.api('POST', '/pipelines', { name, slug: name, source: 'shop', destination: 'copy', flows });
  }
  const workers = await Promise.all(['w0', 'w1', 'w2'].map(worker));
  await using _parts = new AsyncDisposableStack();
  _parts.defer(async () => void (await Promise.all(workers.map(async (one) => await one[Symbol.asyncDispose]()))));
  for (const name of names) await api.api('POST', `/pipelines/${name}/trigger`);
  for (let killed = 0; ; killed++) {
    const done = await ended(api);
    if (done.length === pipelines) {
      assert.deepEqual(
        done.filter((one) => one !== 'succeeded'),
        [],
      );
      break;
    }
    await wait(1500);
    // Five deaths, each at another moment of other runs; the machine comes back with a new process.
    if (killed >= 5) continue;
    const at = killed % workers.length;
    await workers[at]?.kill();
    workers[at] = await worker(`w${at}`);
  }
  const [counts] = await site.server
    .sql(target, names.map((name) => `select count(*)::int, count(distinct id)::int from ${name}`).join(' union all '))
    .then((all) => [all]);
  assert.deepEqual(
    counts,
    names.map(() => [String(rows), String(rows)]),
  );
});
