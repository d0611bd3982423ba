/** Whether the stand-in is one: the vendor's own client, as it comes, must find in it what it finds in the original. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { S3Client, type S3Request } from '../../src/storage/s3-http.ts';
import { gaps, startObjectStore } from './object-store.ts';
import { pythonWithSdk } from './vendor-sdk.ts';

test('the vendor’s client works with it and is refused by it as by the original', async () => {
  await using store = await startObjectStore();
  store.faults.push({ matches: /^GET .*slow/, what: 'slow', times: 9 });
  const script = join(import.meta.dirname, 'object-store-sdk.py');
  const { endpoint, bucket, accessKey, secretKey, region } = store;
  // It shares nothing with us but the wire. The process that serves must not wait for it.
  const child = spawn(pythonWithSdk(), [script, endpoint, bucket, accessKey, secretKey, region], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [holds, said]: [string[], string[]] = [[], []];
  child.stdout.setEncoding('utf8').on('data', (text: string) => holds.push(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text));
  const [status] = (await once(child, 'close')) as [number | null]; // of a process that ended
  assert.equal(status, 0, said.join(''));
  const all = [
    'objects_and_ranges',
    'pages',
    'conditions',
    'multipart',
    'too_small',
    'checksums',
    'links',
    'strangers',
    'slow_down',
  ];
  assert.deepEqual(holds.join('').trim().split('\n'), all);
});

test('what it cannot do it says, instead of doing something else', async () => {
  await using store = await startObjectStore();
  const client = new S3Client({ ...store, pathStyle: true });
  const gap = { code: 'storage.unreachable', message: /501 NotImplemented/ };
  const asked: readonly S3Request[] = [
    { method: 'PUT', key: 'a', headers: { 'x-amz-copy-source': '/files/b' } },
    ...['versionId', 'acl', 'tagging'].map((name): S3Request => ({ method: 'PUT', key: 'a', query: { [name]: '' } })),
  ];
  for (const request of asked) await assert.rejects(client.text('trying', request), gap);
  // What every service says of a body in chunks, and of a bucket that is none of its.
  assert.equal(gaps.length, asked.length + 2);
  await assert.rejects(new S3Client({ ...store, bucket: 'other', pathStyle: true }).text('trying', { method: 'GET' }), {
    message: /404 NoSuchBucket/,
  });
});
