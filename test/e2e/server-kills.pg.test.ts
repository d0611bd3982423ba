/** The server with its own state database, killed at random times while it writes and runs. `SERVER_KILLS=100` for more. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { databaseSettings, startService, untilRun, type Service } from '../support/service.ts';
import { openSite } from '../support/site.ts';

const site = await openSite();
after(async () => await site[Symbol.asyncDispose]());

const kills = Number(process.env['SERVER_KILLS'] ?? 10);
const source = await site.server.database('shop');
const target = await site.server.database('copy');
await site.server.sql(
  source,
  `create table orders (id bigint primary key, note text);
   insert into orders select i, md5(i::text) from generate_series(1, 20000) i`,
);

/** Writes until the server is gone; what it has acknowledged is kept. */
async function work(
  service: Service,
  at: number,
  kept: { readonly pipelines: string[]; readonly runs: string[] },
): Promise<void> {
  for (let made = 0; ; made++) {
    const slug = `t${at}-${made}`;
    const flows = [{ stream: 'public.orders', into: slug.replace('-', '_'), write: made % 2 === 0 ? 'append' : 'replace' }];
    try {
      await service.api('POST', '/pipelines', { name: slug, slug, source: 'shop', destination: 'copy', flows });
      kept.pipelines.push(slug);
      kept.runs.push(String((await service.api('POST', `/pipelines/${slug}/trigger`))['id']));
      await wait(100);
    } catch (error) {
      // A refusal would be a mistake of the test; a connection that broke is what it is about.
      if (error instanceof Error && /: \d{3} /.test(error.message)) throw error;
      return;
    }
  }
}

test(`${kills} times killed: it starts again by itself, and everything acknowledged is there and comes to its end`, async () => {
  const dataDir = site.path('data');
  const kept = { pipelines: [] as string[], runs: [] as string[] };
  for (let at = 0; at < kills; at++) {
    await using service = await startService(dataDir);
    for (const [name, url] of at === 0
      ? ([
          ['shop', source],
          ['copy', target],
        ] as const)
      : []) {
      await service.api('POST', '/connections', { name, slug: name, connector: 'postgres', settings: databaseSettings(url) });
    }
    const working = work(service, at, kept);
    await wait(50 + Math.random() * 1500);
    await service.kill();
    await working;
  }
  await using service = await startService(dataDir);
  for (const slug of kept.pipelines) assert.equal((await service.api('GET', `/pipelines/${slug}`))['slug'], slug);
  for (const run of kept.runs) {
    const { state, error } = await untilRun(service, run, ['succeeded', 'failed', 'cancelled', 'needs_review']);
    assert.equal(state, 'succeeded', JSON.stringify(error));
  }
  const digest = "select count(*), md5(string_agg(id || note, ',' order by id)) from";
  const expected = await site.server.sql(source, `${digest} orders`);
  const { data } = (await service.api('GET', '/runs?limit=200')) as {
    data: readonly { readonly id: string; readonly receipts: readonly { readonly table: string }[] }[];
  };
  for (const { id, receipts } of data.filter((run) => kept.runs.includes(run.id))) {
    assert.deepEqual(await site.server.sql(target, `${digest} ${receipts[0]?.table}`), expected, id);
  }
});
