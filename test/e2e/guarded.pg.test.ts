/** A server with all its guards up still does its work: rows go from a database into a workspace's own DuckDB file and back, and over TLS. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { get } from 'node:https';
import { after, test } from 'node:test';
import { Authority } from '../support/certificates.ts';
import { startService, untilRun } from '../support/service.ts';
import { openSite } from '../support/site.ts';

const site = await openSite();
after(async () => await site[Symbol.asyncDispose]());
const ended = ['succeeded', 'failed', 'cancelled'];

test('a table goes into a DuckDB file of the workspace, and from there into csv', async () => {
  const source = await site.server.database('shop');
  await site.server.sql(source, 'create table orders as select i as id, md5(i::text) as note from generate_series(1, 5000) i');
  const { hostname, port, pathname, username, password } = new URL(source);
  const shop = { host: hostname, port: Number(port), database: pathname.slice(1), user: username, password };
  const dataDir = site.path('guarded');
  await using service = await startService(dataDir);
  const connections = [
    ['shop', 'postgres', shop],
    ['wh', 'duckdb', { path: 'wh.duckdb' }],
    ['out', 'file', { path: 'orders.csv', format: 'csv' }],
  ] as const;
  for (const [slug, connector, settings] of connections) {
    await service.api('POST', '/connections', { name: slug, slug, connector, settings });
  }
  for (const [from, into, stream] of [
    ['shop', 'wh', 'public.orders'],
    ['wh', 'out', 'orders'],
  ] as const) {
    const flows = [{ stream, into: 'orders', write: 'replace', where: 'id <= 4000' }];
    await service.api('POST', '/pipelines', { name: from, slug: from, source: from, destination: into, flows });
    const run = String((await service.api('POST', `/pipelines/${from}/trigger`))['id']);
    const done = await untilRun(service, run, ended);
    assert.deepEqual([done['state'], done['rows_written']], ['succeeded', 4000], JSON.stringify(done['error']));
  }
  const lines = (await readFile(site.path('guarded/files/1/orders.csv'), 'utf8')).trim().split('\n');
  assert.equal(lines.length, 4001);
});

test('over TLS with a certificate of its own', async () => {
  const authority = new Authority(site.folder, 'ours');
  const { cert, key } = authority.issue('localhost', 'IP:127.0.0.1');
  await using service = await startService(site.path('tls'), { HEADGATE_TLS_CERT: cert, HEADGATE_TLS_KEY: key });
  assert.match(service.url, /^https:/);
  const ca = await readFile(authority.cert, 'utf8');
  const status = await new Promise((resolve, reject) =>
    get(`${service.url}/healthz`, { ca, agent: false }, (reply) => resolve(reply.resume().statusCode)).on('error', reject),
  );
  assert.equal(status, 200);
});
