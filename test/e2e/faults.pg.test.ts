/** What happens around a server that runs: its database goes away, its disk fills up, its clock jumps. Clear answers, and nobody's help. */
import assert from 'node:assert/strict';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { startPostgres } from '../support/postgres.ts';
import { adminKey, startService, untilRun, type Service } from '../support/service.ts';
import { openSite } from '../support/site.ts';
import { smallDisk } from '../support/small-disk.ts';

const site = await openSite();
after(async () => await site[Symbol.asyncDispose]());
const source = await site.server.database('shop');
const target = await site.server.database('copy');
await site.server.sql(
  source,
  `create table orders (id bigint primary key, note text);
   insert into orders select i, md5(i::text) from generate_series(1, 2000) i;
   create table large as select i as id, (select string_agg(md5(random()::text || i || j), '') from generate_series(1, 30) j) as note
     from generate_series(1, 20000) i;
   create table pace (slow boolean); insert into pace values (true);
   create view slowly as select id, note, case when (select slow from pace) then pg_sleep(0.01)::text end as waited from orders`,
);
const ended = ['succeeded', 'failed', 'cancelled'];

function settings(url: string): object {
  const { hostname, port, pathname, username, password } = new URL(url);
  return { host: hostname, port: Number(port), database: pathname.slice(1), user: username, password };
}

async function connect(service: Service): Promise<void> {
  for (const [name, url] of [
    ['shop', source],
    ['copy', target],
  ] as const) {
    await service.api('POST', '/connections', { name, slug: name, connector: 'postgres', settings: settings(url) });
  }
}

async function pipeline(service: Service, slug: string, stream: string, destination: string, more: object = {}): Promise<void> {
  const flows = [{ stream, into: slug, write: 'replace' }];
  await service.api('POST', '/pipelines', { name: slug, slug, source: 'shop', destination, flows, ...more });
}

const trigger = async (service: Service, slug: string): Promise<string> =>
  String((await service.api('POST', `/pipelines/${slug}/trigger`))['id']);

async function ask(service: Service, path: string): Promise<{ readonly status: number; readonly body: string }> {
  const reply = await fetch(`${service.url}${path}`, { headers: { authorization: `Bearer ${adminKey}` } });
  return { status: reply.status, body: await reply.text() };
}

test('its database dies and comes back: meanwhile it says so, and then everything goes on by itself', async () => {
  await using state = await startPostgres();
  await using service = await startService(site.path('lost'), { DATABASE_URL: await state.database('state') });
  await connect(service);
  await pipeline(service, 'slow', 'public.slowly', 'copy');
  const atWork = await trigger(service, 'slow');
  const waiting = await trigger(service, 'slow');
  await untilRun(service, atWork, ['running']);
  await state.kill();
  const refused = await ask(service, '/v1/workspaces/1/runs');
  const { code, retryable } = JSON.parse(refused.body) as { readonly code: string; readonly retryable: boolean };
  assert.deepEqual([refused.status, code, retryable], [503, 'state.unreachable', true]);
  assert.deepEqual([(await ask(service, '/healthz')).status, (await ask(service, '/readyz')).status], [200, 503]);
  await site.server.sql(source, 'update pace set slow = false');
  await state.start();
  while ((await ask(service, '/readyz')).status !== 200) await wait(50);
  for (const run of [atWork, waiting]) assert.equal((await untilRun(service, run, ended))['state'], 'succeeded');
  const digest = "select count(*), md5(string_agg(id || note, ',' order by id)) from";
  assert.deepEqual(await site.server.sql(target, `${digest} slow`), await site.server.sql(source, `${digest} orders`));
  assert.equal(await service.stop(), 130);
});

test('its disk fills up: the run says so and is tried again, the API answers, and with room the run succeeds', async () => {
  using disk = smallDisk(site.folder, 'full', 4 << 20);
  const env = { DATABASE_URL: await site.server.database('full') };
  const start = async (): Promise<Service> =>
    await startService(disk.folder, env, ['--no-sample'], { node: disk.options().node });
  let service = await start();
  try {
    await connect(service);
    await pipeline(service, 'large', 'public.large', 'warehouse', { retry: { first_seconds: 1, max_seconds: 2, attempts: 50 } });
    const run = await trigger(service, 'large');
    let failed = await untilRun(service, run, ['retrying']);
    while (failed['error'] === null) failed = await untilRun(service, run, ['retrying']);
    assert.equal((failed['error'] as { readonly code: string }).code, 'disk.full', JSON.stringify(failed['error']));
    const tables = await service.api('GET', '/warehouse/tables');
    assert.ok(!JSON.stringify(tables).includes('large'), 'nothing of it is visible');
    const limited = disk.options().node !== undefined;
    disk.grow();
    if (limited) {
      // A process keeps the limit that it was started with.
      await service.stop();
      service = await start();
    }
    assert.equal((await untilRun(service, run, ended))['state'], 'succeeded');
    const answer = await service.api('POST', '/warehouse/query', { sql: 'select count(*) from large' });
    assert.deepEqual(answer['rows'], [['20000']]);
  } finally {
    await service[Symbol.asyncDispose]();
  }
});

test('its clock jumps ahead and back: what fell due runs once, nothing stands still, and nothing runs twice', async () => {
  const file = site.path('clock');
  const hour = 3_600_000;
  const jump = async (ms: number): Promise<void> => {
    // A file appears whole or not at all.
    await writeFile(`${file}.new`, String(ms));
    await rename(`${file}.new`, file);
  };
  await jump(0);
  const module = pathToFileURL(join(import.meta.dirname, '..', 'support', 'jumping-clock.ts')).href;
  const env = { HEADGATE_TEST_CLOCK_FILE: file, NODE_OPTIONS: `--import ${module}` };
  await using service = await startService(site.path('jumping'), env);
  await connect(service);
  const start = new Date(Date.now() - 24 * hour).toISOString();
  await pipeline(service, 'daily', 'public.orders', 'copy', { schedule: { kind: 'interval', every: 6, unit: 'hours', start } });
  const due = async (): Promise<number> =>
    Date.parse(String((await service.api('GET', '/pipelines/daily'))['next_due_at'])) - Date.now();
  const runs = async (): Promise<readonly { readonly id: string; readonly due_at: string | null }[]> =>
    (await service.api('GET', '/runs?pipeline=daily'))['data'] as Awaited<ReturnType<typeof runs>>;
  const first = await due();
  assert.ok(first > 0 && first <= 6 * hour);
  await jump(8 * hour);
  while ((await due()) < 8 * hour) await wait(50);
  const [tick] = await runs();
  assert.ok(tick);
  assert.equal((await untilRun(service, tick.id, ended))['state'], 'succeeded');
  // What has run stays run, whatever the clock says now.
  await jump(-48 * hour);
  assert.equal((await untilRun(service, await trigger(service, 'daily'), ended))['state'], 'succeeded');
  await jump(0);
  assert.equal((await untilRun(service, await trigger(service, 'daily'), ended))['state'], 'succeeded');
  const ticks = (await runs()).flatMap(({ due_at }) => (due_at === null ? [] : [due_at]));
  assert.equal(new Set(ticks).size, ticks.length);
  // And the next tick that is due comes at its time.
  await jump((await due()) + 1000);
  const before = ticks.length;
  while ((await runs()).filter(({ due_at }) => due_at !== null).length === before) await wait(50);
});
