/** From a file in a browser to rows in the warehouse: links, parts, a server that dies in between; in a directory and in a bucket. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { startObjectStore } from '../support/object-store.ts';
import { adminKey, startService, untilRun, type Service } from '../support/service.ts';

const folder = await mkdtemp(join(tmpdir(), 'headgate-uploads-'));
after(async () => await rm(folder, { recursive: true, force: true }));

const csv = Buffer.from(`id,amount\n${Array.from({ length: 3000 }, (_, at) => `${at},${at}.50\n`).join('')}`);
const sha256 = createHash('sha256').update(csv).digest('hex');

/** Without a key. */
async function put(service: Service, id: string, bytes: Buffer, part?: number): Promise<number> {
  const link = await service.api('POST', `/files/${id}/links`, { method: 'PUT', ...(part !== undefined && { part }) });
  const reply = await fetch(new URL(String(link['url']), service.url), { method: 'PUT', body: new Uint8Array(bytes) });
  await reply.text();
  return reply.status;
}

async function intoWarehouse(service: Service, id: string, slug: string): Promise<unknown> {
  await service.api('POST', '/connections', { name: slug, slug, connector: 'file', settings: { path: id, format: 'csv' } });
  const flows = [{ stream: 'orders', into: slug, write: 'replace' }];
  await service.api('POST', '/pipelines', { name: slug, slug, source: slug, destination: 'warehouse', flows });
  const run = String((await service.api('POST', `/pipelines/${slug}/trigger`))['id']);
  const ended = await untilRun(service, run, ['succeeded', 'failed', 'cancelled', 'needs_review']);
  assert.equal(ended['state'], 'succeeded', JSON.stringify(ended['error']));
  const sql = `select count(*), count(distinct id), sum(cast(amount as decimal(20, 2))) from "${slug}"`;
  return (await service.api('POST', '/warehouse/query', { sql }))['rows'];
}

const expected = [['3000', '3000', '4500000.00']];

test('three parts through links, the server killed between them, become a table', async () => {
  const dataDir = join(folder, 'local');
  const [first, second, third] = [csv.subarray(0, 9000), csv.subarray(9000, 20_000), csv.subarray(20_000)];
  let id = '';
  {
    await using service = await startService(dataDir);
    id = String((await service.api('POST', '/files', { name: 'orders.csv', size: csv.length, sha256 }))['id']);
    assert.equal(await put(service, id, third, 3), 200);
    assert.equal(await put(service, id, first, 1), 200);
    await service.kill();
  }
  await using service = await startService(dataDir);
  const { data } = await service.api('GET', `/files/${id}/parts`);
  assert.deepEqual(
    (data as readonly { readonly number: number }[]).map(({ number }) => number), // of a list
    [1, 3],
  );
  assert.equal(await put(service, id, second, 2), 200);
  const done = await service.api('POST', `/files/${id}/complete`);
  assert.deepEqual([done['state'], done['sha256']], ['ready', sha256]);
  assert.deepEqual(await intoWarehouse(service, id, 'orders'), expected);
  // By its id as a path, nothing else is reached, and nothing is written.
  for (const path of [`${id}/../x`, id.replace(/.$/, id.endsWith('0') ? '1' : '0')]) {
    await assert.rejects(
      service
        .api('POST', '/connections', { name: 'x', connector: 'file', settings: { path, format: 'csv' } })
        .then(async (made) => {
          const checked = await service.api('POST', `/connections/${String(made['id'])}/check`);
          assert.notEqual(checked['ok'], true);
          throw new Error('refused');
        }),
    );
  }
});

test('a bucket: the same, and what clients fetch comes from it', async () => {
  await using store = await startObjectStore();
  const env = {
    HEADGATE_S3_BUCKET: store.bucket,
    HEADGATE_S3_ENDPOINT: store.endpoint,
    HEADGATE_S3_REGION: store.region,
    HEADGATE_S3_ACCESS_KEY: store.accessKey,
    HEADGATE_S3_SECRET_KEY: store.secretKey,
    HEADGATE_S3_PREFIX: 'headgate/',
    HEADGATE_S3_DIRECT: 'true',
  };
  await using service = await startService(join(folder, 'bucket'), env);
  const id = String((await service.api('POST', '/files', { name: 'orders.csv', sha256 }))['id']);
  store.faults.push({ matches: /^PUT/, what: 'slow', times: 1 });
  assert.equal(await put(service, id, csv), 503);
  assert.equal(await put(service, id, csv), 200);
  assert.deepEqual(await intoWarehouse(service, id, 'orders'), expected);
  const { url } = await service.api('POST', `/files/${id}/links`, { method: 'GET' });
  assert.ok(String(url).startsWith(store.endpoint));
  assert.ok(Buffer.from(await (await fetch(String(url))).arrayBuffer()).equals(csv));
  const small = String((await service.api('POST', '/files', { name: 'small.csv' }))['id']);
  for (const part of [1, 2]) assert.equal(await put(service, small, csv, part), 200);
  await assert.rejects(service.api('POST', `/files/${small}/complete`), /upload.incomplete.*5,242,880 bytes/);
  await service.api('DELETE', `/files/${id}`);
  while ([...store.objects.keys()].some((key) => key.includes(id))) await wait(100);
});

test('over the wire: a sender that hangs up leaves nothing, one that sends too much is told, and HEAD says how long', async () => {
  await using service = await startService(join(folder, 'wire'), { HEADGATE_FILE_LIMIT: '1000000' });
  const id = String((await service.api('POST', '/files', { name: 'orders.csv' }))['id']);
  const url = `${service.url}/v1/workspaces/1/files/${id}/content`;
  const headers = { authorization: `Bearer ${adminKey}` };
  await new Promise<void>((hungUp) => {
    const sending = request(url, { method: 'PUT', headers: { ...headers, 'content-length': 500_000 } });
    sending.on('error', () => undefined).on('close', hungUp);
    sending.write(csv, () => sending.destroy());
  });
  assert.equal((await service.api('GET', `/files/${id}`))['state'], 'pending');
  const refused = await fetch(url, { method: 'PUT', headers, body: new Uint8Array(3_000_000) });
  assert.deepEqual([refused.status, ((await refused.json()) as { readonly code: string }).code], [413, 'upload.large']); // our own answer
  assert.equal((await fetch(url, { method: 'PUT', headers, body: new Uint8Array(csv) })).status, 200);
  const head = await fetch(url, { method: 'HEAD', headers });
  assert.deepEqual([head.status, head.headers.get('content-length')], [200, String(csv.length)]);
  const range = await fetch(url, { headers: { ...headers, range: 'bytes=-4' } });
  assert.deepEqual([range.status, await range.text()], [206, '.50\n']);
});
