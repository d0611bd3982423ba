/** Schedules, retries and held deletes on a server whose time the test moves, with the real engine behind them. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openSite } from '../support/site.ts';
import { adminKey, databaseSettings, startService, untilRun, type Service } from '../support/service.ts';

const site = await openSite();
after(async () => await site[Symbol.asyncDispose]());

const source = await site.server.database('shop');
const target = await site.server.database('copy');
await site.server.sql(source, 'create table orders as select i as id from generate_series(1, 500) i');
const ended = ['succeeded', 'failed', 'cancelled', 'needs_review'];
const clock = ['--test-clock', '2026-01-01T00:00:00Z'];

type Reply = Readonly<Record<string, unknown>>;

async function time(service: Service, to?: string): Promise<Reply> {
  const reply = await fetch(`${service.url}/v1/test-clock`, {
    method: to === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
    ...(to !== undefined && { body: JSON.stringify({ advance_to: to }) }),
  });
  // Our own JSON.
  return { status: reply.status, ...((await reply.json()) as Reply) };
}

async function connections(service: Service): Promise<void> {
  for (const [slug, url] of [
    ['shop', source],
    ['copy', target],
    ['nowhere', source.replace(/:\d+\//, ':1/')],
  ] as const) {
    const settings = databaseSettings(url);
    await service.api('POST', '/connections', { name: slug, slug, connector: 'postgres', settings });
  }
}

async function pipeline(service: Service, slug: string, schedule: object, more: object = {}): Promise<void> {
  const flows = [{ stream: 'public.orders', into: slug, write: 'replace' }];
  await service.api('POST', '/pipelines', { name: slug, slug, source: 'shop', destination: 'copy', flows, schedule, ...more });
}

async function runs(service: Service, slug: string): Promise<readonly Reply[]> {
  const { data } = await service.api('GET', `/runs?pipeline=${slug}`);
  return (data as readonly Reply[]).toReversed(); // our own JSON, the newest first
}

const hourly = { kind: 'interval', every: 1, unit: 'hours', start: '2026-01-01T00:00:00Z', after: '2026-01-01T00:00:00Z' };

test('moving the clock brings every tick to its end at its own instant, and a restart does not turn it back', async () => {
  const dataDir = site.path('clock');
  await using first = await startService(dataDir, {}, clock);
  await connections(first);
  await pipeline(first, 'hourly', hourly);
  await pipeline(first, 'follower', { kind: 'after', pipeline: 'hourly' });
  await pipeline(first, 'broken', { kind: 'once', at: '2026-01-01T02:30:00Z' }, { source: 'nowhere', retry: { attempts: 2 } });
  assert.deepEqual(await time(first), { status: 200, now: '2026-01-01T00:00:00.000Z' });
  assert.deepEqual(await time(first, '2026-01-01T03:30:00Z'), { status: 200, now: '2026-01-01T03:30:00.000Z', dispatched: 4 });
  const seen = (await runs(first, 'hourly')).map(({ state, due_at, span }) => [state, due_at, span]);
  const at = (hour: number): string => `2026-01-01T0${hour}:00:00.000Z`;
  assert.deepEqual(
    seen,
    [1, 2, 3].map((hour) => ['succeeded', at(hour), { from: at(hour - 1), to: at(hour) }]),
  );
  const followers = (await runs(first, 'follower')).map(({ state, cause, due_at }) => [state, cause, due_at]);
  assert.deepEqual(
    followers,
    [1, 2, 3].map((hour) => ['succeeded', 'after', at(hour)]),
  );
  const [broken] = await runs(first, 'broken');
  assert.deepEqual([broken?.['state'], broken?.['attempt']], ['failed', 2]);
  assert.deepEqual((await time(first, '2026-01-01T03:00:00Z'))['code'], 'request.invalid');
  await first.kill();
  await using second = await startService(dataDir, {}, clock);
  assert.equal((await time(second))['now'], '2026-01-01T03:30:00.000Z');
  assert.equal((await time(second, '2026-01-01T04:00:00Z'))['dispatched'], 1);
});

test('a server of real time has no clock to move, and a test clock no public address', async () => {
  await using service = await startService(site.path('real'));
  assert.deepEqual([(await time(service))['status'], (await time(service, '2099-01-01T00:00:00Z'))['status']], [404, 404]);
  await assert.rejects(startService(site.path('public'), {}, [...clock, '--host', '0.0.0.0']), /config\.invalid/);
});

test('a delete that is held waits for a person, and goes through once when it is approved', async () => {
  await using service = await startService(site.path('held'), {}, clock);
  await connections(service);
  await pipeline(service, 'held', { kind: 'manual' });
  const trigger = async (): Promise<Reply> => {
    const run = String((await service.api('POST', '/pipelines/held/trigger'))['id']);
    return await untilRun(service, run, ended);
  };
  const count = async (): Promise<unknown> => (await site.server.sql(target, 'select count(*) from held'))[0]?.[0];
  assert.equal((await trigger())['state'], 'succeeded');
  await site.server.sql(source, 'create table kept as table orders; truncate orders');
  const rejected = await trigger();
  assert.deepEqual(
    [rejected['state'], rejected['review_until'], await count()],
    ['needs_review', '2026-01-08T00:00:00.000Z', '500'],
  );
  const reject = await service.api('POST', `/runs/${String(rejected['id'])}/reject`);
  assert.deepEqual([reject['state'], await count()], ['cancelled', '500']);
  const forgotten = await trigger();
  await time(service, '2026-01-09T00:00:00Z');
  assert.equal((await service.api('GET', `/runs/${String(forgotten['id'])}`))['state'], 'failed');
  const held = await trigger();
  await service.api('POST', `/runs/${String(held['id'])}/approve`);
  assert.equal((await untilRun(service, String(held['id']), ['succeeded', 'failed']))['state'], 'succeeded');
  assert.equal(await count(), '0');
  await site.server.sql(source, 'insert into orders table kept');
  assert.equal((await trigger())['state'], 'succeeded');
  await site.server.sql(source, 'truncate orders');
  assert.equal((await trigger())['state'], 'needs_review');
  await site.server.sql(source, 'insert into orders table kept; drop table kept');
});

test('the second signal ends the server at once, and its runs go on in the next one', async () => {
  const dataDir = site.path('forced');
  await site.server.sql(
    source,
    `create table pace as select true as slow;
     create view slowly as select id, case when (select slow from pace) then pg_sleep(0.05)::text end as waited from orders`,
  );
  await using first = await startService(dataDir, { HEADGATE_GRACE: '600' });
  await connections(first);
  await pipeline(first, 'slow', { kind: 'once' }, { flows: [{ stream: 'public.slowly', into: 'slow', write: 'replace' }] });
  let run: Reply | undefined;
  while (run?.['state'] !== 'running') run = (await runs(first, 'slow'))[0];
  assert.equal(await first.force(), 130);
  await site.server.sql(source, 'update pace set slow = false');
  await using second = await startService(dataDir);
  assert.equal((await untilRun(second, String(run['id']), ended))['state'], 'succeeded');
});
