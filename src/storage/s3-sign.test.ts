/** The examples that the specification of the signature publishes, key included. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { presigned, sha256, signed, type Signing } from './s3-sign.ts';

const signing: Signing = {
  accessKey: 'AKIAIOSFODNN7EXAMPLE',
  secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  region: 'us-east-1',
  now: new Date('2013-05-24T00:00:00Z'),
};
const host = 'examplebucket.s3.amazonaws.com';

test('a request with a range', () => {
  const request = { method: 'GET', path: '/test.txt', query: {}, headers: { host, range: 'bytes=0-9' }, payload: sha256('') };
  assert.match(
    signed(request, signing)['authorization'] ?? '',
    /SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41$/,
  );
});

test('a request with a query', () => {
  const query = { 'max-keys': '2', prefix: 'J' };
  const request = { method: 'GET', path: '/', query, headers: { host }, payload: sha256('') };
  assert.match(
    signed(request, signing)['authorization'] ?? '',
    /Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7$/,
  );
});

test('an address that needs no headers', () => {
  const query = presigned({ method: 'GET', path: '/test.txt', query: {}, headers: { host } }, signing, 86_400);
  assert.equal(query['X-Amz-Signature'], 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404');
});
