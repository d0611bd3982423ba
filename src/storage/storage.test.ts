/** The same promises of both kinds of storage, and what each does when its keeper fails. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, suite, test } from 'node:test';
import { startObjectStore } from '../../test/support/object-store.ts';
import { bytesOf, chunked, guarantees } from './guarantees-harness.ts';
import { LocalStorage } from './local.ts';
import { S3Storage } from './s3.ts';

const folder = await mkdtemp(join(tmpdir(), 'headgate-storage-'));
const store = await startObjectStore();
after(async () => {
  await store[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});
const settings = { ...store, pathStyle: true, prefix: 'some/where/', direct: true };
const local = new LocalStorage(folder);
const bucket = new S3Storage(settings);
/** The bucket is a name of the host: `files.s3.test`, as most services have it. */
const hosted = new S3Storage({
  ...settings,
  endpoint: store.endpoint.replace('127.0.0.1', 's3.test'),
  pathStyle: false,
  prefix: 'else/where/',
  lookup: (_name, { all }, found) => (all ? found(null, [{ address: '127.0.0.1', family: 4 }]) : found(null, '127.0.0.1', 4)),
});

for (const [kind, storage] of Object.entries({ local, bucket, hosted })) {
  suite(kind, () => {
    for (const [at, { name, holds }] of guarantees.entries()) test(name, async () => await holds(storage, `1/object.${at}`));
  });
}

test('a directory holds nothing but objects when all attempts have ended or gone', async () => {
  const data = randomBytes(1000);
  const upload = await local.begin('2/left');
  await local.part('2/left', upload, 1, chunked(data), 1000);
  await local.delete('2/left');
  assert.deepEqual(await readdir(join(folder, '2')), []);
});

test('a link to a bucket that is a name of the host is signed for that host', async () => {
  await hosted.put('1/linked', chunked(Buffer.from('abc')), 3);
  const link = new URL((await hosted.link?.('1/linked', 60)) ?? '');
  assert.deepEqual([link.hostname, link.pathname], [`${store.bucket}.s3.test`, '/else/where/1/linked']);
  const asked = await new Promise<IncomingMessage>((answered, failed) => {
    const options = { host: '127.0.0.1', port: link.port, path: link.pathname + link.search, headers: { host: link.host } };
    request(options, answered).on('error', failed).end();
  });
  assert.deepEqual([asked.statusCode, await text(asked)], [200, 'abc']);
});

test('no key leads out of the directory', () => {
  for (const key of ['../x', 'a/../../x', '/etc/passwd', 'a//b', '', '.', 'a/..', 'a~b', 'a\0b'])
    assert.throws(() => local.path(key));
});

test('a bucket takes a large object in parts of one stream, and gives them up when the stream breaks', async () => {
  const small = new S3Storage({ ...settings, largestPut: 5 << 20 });
  const data = randomBytes(11 << 20);
  await small.put('1/large', chunked(data), data.length);
  assert.ok((await bytesOf(await bucket.get('1/large'))).equals(data));
  await assert.rejects(small.put('1/short', chunked(data), data.length + 1), { code: 'upload.incomplete' });
  await assert.rejects(small.put('1/long', chunked(data), data.length - 1), { code: 'upload.incomplete' });
  assert.deepEqual([await bucket.size('1/short'), await bucket.size('1/long'), store.uploads.size], [undefined, undefined, 0]);
});

test('what fails without harm is asked again; what was streamed is for its sender to repeat', async () => {
  await bucket.put('1/asked', chunked(Buffer.from('abc')), 3);
  store.faults.push({ matches: /^HEAD .*asked/, what: 'slow', times: 2 });
  assert.equal(await bucket.size('1/asked'), 3);
  store.faults.push({ matches: /^PUT .*asked/, what: 'slow', times: 1 });
  await assert.rejects(bucket.put('1/asked', chunked(Buffer.from('def')), 3), { code: 'storage.unreachable' });
  store.faults.push({ matches: /^PUT .*asked/, what: 'drop', times: 1 });
  await assert.rejects(bucket.put('1/asked', chunked(Buffer.from('def')), 3), { code: 'storage.unreachable' });
  store.faults.push({ matches: /^GET .*asked/, what: 'cut', times: 1 });
  await assert.rejects(async () => await bytesOf(await bucket.get('1/asked')), { code: 'storage.unreachable' });
  assert.equal((await bytesOf(await bucket.get('1/asked'))).toString(), 'abc');
});

test('a bucket that keeps other bytes than were sent is noticed', async () => {
  store.faults.push({ matches: /^PUT .*wrong/, what: 'wrong', times: 1 });
  await assert.rejects(bucket.put('1/wrong', chunked(Buffer.from('abc')), 3), { code: 'storage.unreachable' });
});

test('joining whose answer is lost is done', async () => {
  const upload = await bucket.begin('1/joined');
  const ref = await bucket.part('1/joined', upload, 1, chunked(Buffer.from('abc')), 3);
  store.faults.push({ matches: /^POST .*uploadId/, what: 'deaf', times: 1 });
  await assert.rejects(bucket.complete('1/joined', upload, [{ number: 1, ref, size: 3 }]), { code: 'storage.unreachable' });
  await bucket.complete('1/joined', upload, [{ number: 1, ref, size: 3 }]);
});

test('a link needs no key, and a wrong key opens nothing', async () => {
  await bucket.put('1/linked', chunked(Buffer.from('abc')), 3);
  const link = (await bucket.link?.('1/linked', 60)) ?? '';
  assert.equal(await (await fetch(link)).text(), 'abc');
  assert.equal((await fetch(link.replace('linked', 'other'))).status, 403);
  assert.equal((await fetch(link, { method: 'DELETE' })).status, 403);
  const stranger = new S3Storage({ ...settings, secretKey: 'x'.repeat(40) });
  await assert.rejects(stranger.size('1/linked'), { code: 'access.denied' });
  assert.equal(new S3Storage({ ...settings, direct: false }).link, undefined);
});
