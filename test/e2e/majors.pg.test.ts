/** State on another major version of PostgreSQL than the one that comes along, and a backup that carries it over to that. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { findOtherMajor } from '../support/postgres-binaries.ts';
import { startPostgres } from '../support/postgres.ts';
import { adminKey, databaseSettings, startService, untilRun, type Service } from '../support/service.ts';
import { openFolder } from '../support/site.ts';

const site = openFolder();
after(() => site[Symbol.asyncDispose]());
const server = await startPostgres({ binaries: await findOtherMajor() });
after(async () => await server.stop());
const env = { HEADGATE_BACKUP_PASSPHRASE: 'a passphrase, long enough', HEADGATE_ADMIN_KEY: adminKey };

async function ran(service: Service): Promise<void> {
  const run = String((await service.api('POST', '/pipelines/orders/trigger'))['id']);
  const done = await untilRun(service, run, ['succeeded', 'failed']);
  assert.equal(done['state'], 'succeeded', JSON.stringify(done['error']));
}

test('a server works on it, and its backup becomes a directory with its own PostgreSQL', async () => {
  const [source, target] = [await server.database('shop'), await server.database('copy')];
  await server.sql(source, 'create table orders as select i as id, md5(i::text) as note from generate_series(1, 1000) i');
  const equal = async (): Promise<void> => {
    const digest = "select count(*), md5(string_agg(id || note, ',' order by id)) from orders";
    assert.deepEqual(await server.sql(target, digest), await server.sql(source, digest));
  };
  const [first, second, file] = [site.path('first'), site.path('second'), site.path('state.tar.zst')];
  {
    await using service = await startService(first, { DATABASE_URL: await server.database('state') });
    for (const [slug, url] of Object.entries({ shop: source, copy: target }))
      await service.api('POST', '/connections', { name: slug, slug, connector: 'postgres', settings: databaseSettings(url) });
    const flow = { stream: 'public.orders', into: 'orders', read: 'incremental', write: 'append', cursor: 'id', key: ['id'] };
    await service.api('POST', '/pipelines', { name: 'o', slug: 'orders', source: 'shop', destination: 'copy', flows: [flow] });
    await ran(service);
    await equal();
    const state = { ...env, DATABASE_URL: server.url('state') };
    const made = await site.run(['backup', file, '--data-dir', first], { env: state });
    assert.equal(made.code, 0, made.stderr + made.stdout);
  }
  const restored = await site.run(['restore', file, '--data-dir', second], { env });
  assert.equal(restored.code, 0, restored.stderr + restored.stdout);
  await using service = await startService(second);
  await server.sql(source, 'insert into orders select i, md5(i::text) from generate_series(1001, 1100) i');
  await ran(service);
  await equal();
});
