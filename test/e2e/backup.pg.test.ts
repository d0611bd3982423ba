/** Backups of a server, running or not, and what goes on after they were put back: nothing is lost, nothing comes twice. */
import assert from 'node:assert/strict';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { adminKey, databaseSettings, startService, untilRun, type Service } from '../support/service.ts';
import { openSite } from '../support/site.ts';
import type { RunResult } from '../support/run.ts';

const site = await openSite();
after(async () => await site[Symbol.asyncDispose]());

const source = await site.server.database('shop');
const target = await site.server.database('copy');
await site.server.sql(source, 'create table orders (id bigint primary key, note text)');
const passphrase = 'a passphrase, long enough';
const env = { HEADGATE_BACKUP_PASSPHRASE: passphrase };

async function add(from: number, to: number): Promise<void> {
  await site.server.sql(source, `insert into orders select i, md5(i::text) from generate_series(${from}, ${to}) i`);
}

async function ran(service: Service, pipeline: string): Promise<void> {
  const run = String((await service.api('POST', `/pipelines/${pipeline}/trigger`))['id']);
  const done = await untilRun(service, run, ['succeeded', 'failed']);
  assert.equal(done['state'], 'succeeded', JSON.stringify(done['error']));
}

/** Appends what is new: a run that began from an older position would double rows. */
async function furnish(service: Service): Promise<void> {
  for (const [slug, url] of [
    ['shop', source],
    ['copy', target],
  ] as const) {
    await service.api('POST', '/connections', { name: slug, slug, connector: 'postgres', settings: databaseSettings(url) });
  }
  const flow = { stream: 'public.orders', into: 'orders', read: 'incremental', write: 'append', cursor: 'id', key: ['id'] };
  await service.api('POST', '/pipelines', { name: 'o', slug: 'orders', source: 'shop', destination: 'copy', flows: [flow] });
}

const equal = async (): Promise<void> => {
  const digest = "select count(*), count(distinct id), md5(string_agg(id || note, ',' order by id)) from orders";
  assert.deepEqual(await site.server.sql(target, digest), await site.server.sql(source, digest));
};

const headgate = async (args: readonly string[], more: Readonly<Record<string, string>> = env): Promise<RunResult> =>
  await site.run(args, { env: { HEADGATE_ADMIN_KEY: adminKey, ...more } });

async function contacts(service: Service): Promise<unknown> {
  return (await service.api('POST', '/warehouse/query', { sql: 'select count(*), count(distinct email) from contacts' }))['rows'];
}

test('made while the server works, put back elsewhere: runs go on where the destination stands', async () => {
  const [dataDir, file, elsewhere] = [site.path('first'), site.path('running.tar.zst'), site.path('second')];
  await using first = await startService(dataDir, {}, []);
  await furnish(first);
  await add(1, 2000);
  await ran(first, 'orders');
  await ran(first, 'sample');
  const before = await contacts(first);
  // Both its own database and its warehouse are at work.
  const busy = Promise.all([ran(first, 'orders'), ran(first, 'sample')]);
  const made = await headgate(['backup', file, '--data-dir', dataDir]);
  assert.equal(made.code, 0, made.stderr + made.stdout);
  await busy;
  // The server goes on after the backup: the ledger of the destination is ahead of it.
  await add(2001, 2500);
  await ran(first, 'orders');
  await first.stop();
  const restored = await headgate(['restore', file, '--data-dir', elsewhere]);
  assert.equal(restored.code, 0, restored.stderr + restored.stdout);
  await using second = await startService(elsewhere, {}, []);
  assert.deepEqual(await contacts(second), before);
  await ran(second, 'orders');
  await equal();
  await add(2501, 2600);
  await ran(second, 'orders');
  await equal();
  await ran(second, 'sample');
  assert.deepEqual(await contacts(second), before);
});

test('made while it is stopped, put back into a database of another server; the key is given by hand', async () => {
  const [dataDir, file, elsewhere] = [site.path('third'), site.path('stopped.tar.zst'), site.path('fourth')];
  const database = await site.server.database('state');
  {
    await using service = await startService(dataDir, {}, []);
    await service.api('POST', '/connections', {
      name: 's',
      slug: 's',
      connector: 'postgres',
      settings: databaseSettings(source),
    });
    await service.stop();
  }
  const made = await headgate(['backup', file, '--data-dir', dataDir], {});
  assert.equal(made.code, 0, made.stderr + made.stdout);
  const into = ['restore', file, '--data-dir', elsewhere, '--database-url', database];
  const without = await headgate(into);
  assert.match(without.stdout, /config\.invalid/);
  const key = (await readFile(`${dataDir}/master.key`, 'utf8')).trim();
  const wrong = await headgate(into, { HEADGATE_MASTER_KEY: 'x1y2z3'.repeat(8) });
  assert.match(wrong.stdout, /secret\.sealed/);
  const restored = await headgate(into, { HEADGATE_MASTER_KEY: key });
  assert.equal(restored.code, 0, restored.stderr + restored.stdout);
  await using service = await startService(elsewhere, { DATABASE_URL: database, HEADGATE_MASTER_KEY: key }, []);
  const { ok } = await service.api('POST', '/connections/s/check');
  assert.equal(ok, true);
  assert.match((await headgate(into, { HEADGATE_MASTER_KEY: key })).stdout, /backup\.target/);
});

test('what is not whole, not for us or not for this place is refused, and nothing is written', async () => {
  const file = site.path('running.tar.zst');
  const cut = site.path('cut.tar.zst');
  const bytes = await readFile(file);
  await writeFile(cut, bytes);
  await truncate(cut, bytes.length - 100);
  const into = ['--data-dir', site.path('fifth')];
  assert.match((await headgate(['restore', cut, ...into])).stdout, /backup\.damaged/);
  assert.match((await headgate(['restore', site.file('no', 'hello'), ...into])).stdout, /backup\.damaged/);
  const other = await headgate(['restore', file, ...into], { HEADGATE_BACKUP_PASSPHRASE: 'another passphrase' });
  assert.match(other.stdout, /secret\.sealed/);
  assert.match((await headgate(['restore', file, '--data-dir', site.path('second')])).stdout, /backup\.target/);
  assert.match((await headgate(['backup', site.path('x'), ...into])).stdout, /backup\.target/);
});

test('a restore that was cut off is no place for a server', async () => {
  const dataDir = site.path('sixth');
  await headgate(['restore', site.path('running.tar.zst'), '--data-dir', dataDir]);
  await writeFile(`${dataDir}/restore.incomplete`, '');
  await assert.rejects(startService(dataDir), /backup\.target/);
});
