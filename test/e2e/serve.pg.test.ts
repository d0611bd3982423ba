/** The server as people run it: started, killed, started again, stopped; and what its runs leave in the tables. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { adminKey, databaseSettings, startService, untilRun, type Service } from '../support/service.ts';
import { openSite } from '../support/site.ts';

const site = await openSite();
after(async () => await site[Symbol.asyncDispose]());

const source = await site.server.database('shop');
await site.server.sql(
  source,
  `create table orders (id bigint primary key, note text);
   insert into orders select i, md5(i::text) from generate_series(1, 3000) i;
   create table pace (slow boolean); insert into pace values (false);
   create view slowly as select id, note, case when (select slow from pace) then pg_sleep(0.01)::text end as waited from orders`,
);
const target = await site.server.database('copy');
const ended = ['succeeded', 'failed', 'cancelled'];

async function pipeline(service: Service, slug: string, stream: string): Promise<void> {
  for (const [name, url] of [
    ['shop', source],
    ['copy', target],
  ] as const) {
    await service
      .api('POST', '/connections', { name, slug: name, connector: 'postgres', settings: databaseSettings(url) })
      .catch(() => undefined);
  }
  const flows = [{ stream, into: slug, write: 'replace' }];
  await service.api('POST', '/pipelines', { name: slug, slug, source: 'shop', destination: 'copy', flows });
}

const digest = `select count(*), md5(string_agg(id || note, ',' order by id)) from`;

test('a run that loses its server goes on in the next one, and the state database comes back by itself', async () => {
  const dataDir = site.path('killed');
  await using first = await startService(dataDir);
  await pipeline(first, 'slow', 'public.slowly');
  await site.server.sql(source, 'update pace set slow = true');
  const run = String((await first.api('POST', '/pipelines/slow/trigger'))['id']);
  await untilRun(first, run, ['running']);
  await wait(200);
  await first.kill();
  await site.server.sql(source, 'update pace set slow = false');
  await using second = await startService(dataDir);
  const done = await untilRun(second, run, ended);
  assert.deepEqual([done['state'], done['attempt'], done['rows_written']], ['succeeded', 2, 3000]);
  assert.deepEqual(await site.server.sql(target, `${digest} slow`), await site.server.sql(source, `${digest} orders`));
  assert.equal(await second.stop(), 130);
});

test('a running COPY is cancelled, and leaves nothing', async () => {
  await using service = await startService(site.path('cancelled'));
  await pipeline(service, 'stopped', 'public.slowly');
  await site.server.sql(source, 'update pace set slow = true');
  const run = String((await service.api('POST', '/pipelines/stopped/trigger'))['id']);
  await untilRun(service, run, ['running']);
  await wait(500);
  await service.api('POST', `/runs/${run}/cancel`);
  assert.equal((await untilRun(service, run, ended))['state'], 'cancelled');
  await site.server.sql(source, 'update pace set slow = false');
  assert.deepEqual(await site.server.sql(target, "select from pg_class where relname = 'stopped'"), []);
  assert.deepEqual(
    await site.server.sql(
      source,
      "select from pg_stat_activity where query like '%slowly%' and state = 'active' and pid <> pg_backend_pid()",
    ),
    [],
  );
});

test('a second server on one data directory is refused, with the reason', async () => {
  await using first = await startService(site.path('twice'));
  await assert.rejects(startService(site.path('twice')), /state\.locked/);
  assert.ok(first.url);
});

test('asked to stop, it hands its runs back', async () => {
  const dataDir = site.path('stopped');
  await using first = await startService(dataDir, { HEADGATE_GRACE: '0' });
  await pipeline(first, 'later', 'public.slowly');
  await site.server.sql(source, 'update pace set slow = true');
  const run = String((await first.api('POST', '/pipelines/later/trigger'))['id']);
  await untilRun(first, run, ['running']);
  await first.stop();
  await site.server.sql(source, 'update pace set slow = false');
  await using second = await startService(dataDir);
  assert.equal((await untilRun(second, run, ended))['state'], 'succeeded');
  assert.deepEqual(await site.server.sql(target, `${digest} later`), await site.server.sql(source, `${digest} orders`));
});

test('the first start shows a pipeline that has run, the second does not repeat it', async () => {
  const dataDir = site.path('sampled');
  await using first = await startService(dataDir, {}, []);
  const { data } = (await first.api('GET', '/runs')) as { data: readonly { readonly id: string }[] };
  assert.equal(data.length, 1);
  const run = data[0]?.id ?? '';
  assert.equal((await untilRun(first, run, ended))['rows_written'], 1000);
  const answer = await first.api('POST', '/warehouse/query', { sql: 'select count(*) from contacts' });
  assert.deepEqual(answer['rows'], [['1000']]);
  await first.stop();
  await using second = await startService(dataDir, {}, []);
  assert.equal(((await second.api('GET', '/runs')) as { data: readonly object[] }).data.length, 1);
});

test('the log of a run is followed as it grows, and to its end', async () => {
  await using service = await startService(site.path('followed'));
  await pipeline(service, 'watched', 'public.orders');
  const run = String((await service.api('POST', '/pipelines/watched/trigger'))['id']);
  const reply = await fetch(`${service.url}/v1/workspaces/1/runs/${run}/events`, {
    headers: { authorization: `Bearer ${adminKey}` },
  });
  assert.equal(reply.headers.get('content-type'), 'text/event-stream');
  const text = await reply.text();
  assert.match(text, /^id: 1\nevent: log\ndata: \{.*read 3,000 rows of public\.orders/m);
  assert.match(text, /event: run\ndata: \{.*"state":"succeeded".*\}\n\n$/s);
});
