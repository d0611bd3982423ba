/** Whether the stand-in is one: the vendor's own client, as it comes, must find in it what it finds in the original, and what we put there. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { after, test } from 'node:test';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListPartsCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client as VendorClient,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { bytesOf, chunked } from '../../src/storage/guarantees-harness.ts';
import { S3Client, type S3Request } from '../../src/storage/s3-http.ts';
import { S3Storage } from '../../src/storage/s3.ts';
import { gaps, startObjectStore } from './object-store.ts';

const store = await startObjectStore();
const { endpoint, region, bucket: Bucket } = store;
const vendor = clientWith(store.secretKey);
after(async () => {
  vendor.destroy();
  await store[Symbol.asyncDispose]();
});

function clientWith(secretAccessKey: string): VendorClient {
  const credentials = { accessKeyId: store.accessKey, secretAccessKey };
  return new VendorClient({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1 });
}

async function read(Key: string, Range?: string): Promise<Buffer> {
  const { Body } = await vendor.send(new GetObjectCommand({ Bucket, Key, ...(Range !== undefined && { Range }) }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

async function begin(Key: string): Promise<string> {
  return (await vendor.send(new CreateMultipartUploadCommand({ Bucket, Key }))).UploadId ?? '';
}

async function sendParts(
  Key: string,
  UploadId: string,
  bodies: readonly Buffer[],
): Promise<{ PartNumber: number; ETag: string }[]> {
  const tags = [];
  for (const [at, Body] of bodies.entries()) {
    const sent = await vendor.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: at + 1, Body }));
    tags.push({ PartNumber: at + 1, ETag: sent.ETag ?? '' });
  }
  return tags;
}

test('objects and ranges', async () => {
  const [Key, data] = ["sdk/a b+c=ä&'(1)!*~.bin", randomBytes(100_000)];
  const { ETag } = await vendor.send(new PutObjectCommand({ Bucket, Key, Body: data }));
  assert.equal(ETag, `"${createHash('md5').update(data).digest('hex')}"`);
  assert.ok((await read(Key)).equals(data));
  assert.ok((await read(Key, 'bytes=10-19')).equals(data.subarray(10, 20)));
  assert.ok((await read(Key, 'bytes=-7')).equals(data.subarray(-7)));
  await assert.rejects(read(Key, 'bytes=100000-'), { name: 'InvalidRange' });
  assert.equal((await vendor.send(new HeadObjectCommand({ Bucket, Key }))).ContentLength, data.length);
  await vendor.send(new DeleteObjectCommand({ Bucket, Key }));
  await assert.rejects(read(Key), { name: 'NoSuchKey' });
});

test('pages', async () => {
  const keys = ['a', 'b c', 'd+e', 'f&g', 'h<i>'].map((name) => `pages/${name}`);
  for (const Key of keys) await vendor.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
  const found = [];
  for await (const page of paginateListObjectsV2({ client: vendor, pageSize: 2 }, { Bucket, Prefix: 'pages/' })) {
    for (const { Key } of page.Contents ?? []) found.push(Key);
  }
  assert.deepEqual(found, keys);
});

test('conditions and checksums', async () => {
  await vendor.send(new PutObjectCommand({ Bucket, Key: 'once', Body: '1', IfNoneMatch: '*' }));
  const again = new PutObjectCommand({ Bucket, Key: 'once', Body: '2', IfNoneMatch: '*' });
  await assert.rejects(vendor.send(again), { name: 'PreconditionFailed' });
  assert.equal((await read('once')).toString(), '1');
  const sent = await vendor.send(new PutObjectCommand({ Bucket, Key: 'sum', Body: 'hello', ChecksumCRC32: 'NhCmhg==' }));
  assert.equal(sent.ChecksumCRC32, 'NhCmhg==');
  const wrong = new PutObjectCommand({ Bucket, Key: 'sum', Body: 'hello', ChecksumCRC32: 'AAAAAA==' });
  await assert.rejects(vendor.send(wrong), { name: 'BadDigest' });
});

test('an upload in parts', async () => {
  const bodies = [randomBytes(5 << 20), randomBytes(10)];
  const UploadId = await begin('parts');
  const Parts = await sendParts('parts', UploadId, bodies);
  const listed = await vendor.send(new ListPartsCommand({ Bucket, Key: 'parts', UploadId }));
  assert.deepEqual(
    listed.Parts?.map(({ Size }) => Size),
    bodies.map(({ length }) => length),
  );
  const join = async (of: { PartNumber: number; ETag: string }[]) =>
    await vendor.send(new CompleteMultipartUploadCommand({ Bucket, Key: 'parts', UploadId, MultipartUpload: { Parts: of } }));
  await assert.rejects(join([{ PartNumber: 1, ETag: '"0"' }]), { name: 'InvalidPart' });
  await assert.rejects(join(Parts.toReversed()), { name: 'InvalidPartOrder' });
  assert.match((await join(Parts)).ETag ?? '', /-2"$/);
  assert.ok((await read('parts')).equals(Buffer.concat(bodies)));
});

test('an upload in parts that are too small, and one that is given up', async () => {
  const small = await begin('small');
  const Parts = await sendParts('small', small, [Buffer.from('x'), Buffer.from('y')]);
  const joined = new CompleteMultipartUploadCommand({ Bucket, Key: 'small', UploadId: small, MultipartUpload: { Parts } });
  await assert.rejects(vendor.send(joined), { name: 'EntityTooSmall' });
  await vendor.send(new AbortMultipartUploadCommand({ Bucket, Key: 'small', UploadId: small }));
  await assert.rejects(vendor.send(joined), { name: 'NoSuchUpload' });
  assert.equal(store.uploads.size, 0);
});

test('links', async () => {
  const [Key, expiresIn] = ['linked/by name', 60];
  await vendor.send(new PutObjectCommand({ Bucket, Key, Body: 'by link' }));
  const link = await getSignedUrl(vendor, new GetObjectCommand({ Bucket, Key }), { expiresIn });
  assert.equal(await (await fetch(link)).text(), 'by link');
  assert.equal((await fetch(link.replace('by%20name', 'other'))).status, 403);
  const write = await getSignedUrl(vendor, new PutObjectCommand({ Bucket, Key }), { expiresIn });
  assert.equal((await fetch(write, { method: 'PUT' })).status, 200);
  assert.equal((await read(Key)).length, 0);
});

test('strangers and a service that is busy', async () => {
  const stranger = clientWith('x'.repeat(40));
  const put = new PutObjectCommand({ Bucket, Key: 'theirs', Body: 'x' });
  await assert.rejects(stranger.send(put), { name: 'SignatureDoesNotMatch' });
  stranger.destroy();
  store.faults.push({ matches: /^GET .*slow/, what: 'slow', times: 1 });
  await assert.rejects(read('slow'), { name: 'SlowDown' });
});

test('the vendor’s client reads what our storage wrote, and the other way round', async () => {
  const ours = new S3Storage({ ...store, pathStyle: true, prefix: "a b+c'(ä)/", direct: true, largestPut: 5 << 20 });
  const data = randomBytes((5 << 20) + 1000);
  for (const size of [1000, data.length]) {
    await ours.put('1/ours', chunked(data.subarray(0, size)), size);
    assert.ok((await read("a b+c'(ä)/1/ours")).equals(data.subarray(0, size)));
  }
  const Body = Readable.from([data]);
  await new Upload({ client: vendor, params: { Bucket, Key: "a b+c'(ä)/1/theirs", Body } }).done();
  assert.ok((await bytesOf(await ours.get('1/theirs', { from: 7, to: data.length }))).equals(data.subarray(7)));
  assert.deepEqual(Buffer.from(await (await fetch((await ours.link?.('1/theirs', 60)) ?? '')).arrayBuffer()), data);
  assert.deepEqual(await Array.fromAsync(ours.list('1/')), [
    { key: '1/ours', size: data.length },
    { key: '1/theirs', size: data.length },
  ]);
  await ours.delete('1/theirs');
  await assert.rejects(read("a b+c'(ä)/1/theirs"), { name: 'NoSuchKey' });
});

test('what it cannot do it says, instead of doing something else', async () => {
  const client = new S3Client({ ...store, pathStyle: true });
  const gap = { code: 'storage.unreachable', message: /501 NotImplemented/ };
  const asked: readonly S3Request[] = [
    { method: 'PUT', key: 'a', headers: { 'x-amz-copy-source': '/files/b' } },
    ...['versionId', 'acl', 'tagging'].map((name): S3Request => ({ method: 'PUT', key: 'a', query: { [name]: '' } })),
  ];
  for (const request of asked) await assert.rejects(client.text('trying', request), gap);
  const streamed = new PutObjectCommand({ Bucket, Key: 'a', Body: Readable.from([Buffer.from('abc')]), ContentLength: 3 });
  await assert.rejects(vendor.send(streamed), { name: 'NotImplemented' });
  // What every service says of a bucket that is none of its.
  assert.equal(gaps.length, asked.length + 2);
  await assert.rejects(new S3Client({ ...store, bucket: 'other', pathStyle: true }).text('trying', { method: 'GET' }), {
    message: /404 NoSuchBucket/,
  });
});
