import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from './config.ts';
import { isLoopback, unsafeSettings } from './safety.ts';

const random = 'Zq8vT3nLx0PwK6mRb2YcJ9hFs5DgE1uA';
const safe = { role: 'all', host: '127.0.0.1', insecureHttp: false } as const;
const open = { ...safe, host: '0.0.0.0', tlsCert: 'c', tlsKey: 'k' };

test('which addresses only this machine can reach', () => {
  for (const host of ['127.0.0.1', 'localhost', '::1', '127.1', '[::1]', '2130706433']) assert.ok(isLoopback(host), host);
  for (const host of ['0.0.0.0', '::', '10.0.0.1', 'example.com', '127.0.0.1.example.com', '8.8.8.8', ''])
    assert.ok(!isLoopback(host), host);
});

test('unsafe combinations are refused, each with its setting', () => {
  const cases = [
    [safe, []],
    [open, []],
    [{ ...open, tlsCert: undefined, tlsKey: undefined }, ['HEADGATE_HOST']],
    [{ ...open, tlsCert: undefined, tlsKey: undefined, insecureHttp: true }, []],
    [{ ...open, tlsCert: undefined, tlsKey: undefined, role: 'worker' as const }, []],
    [{ ...open, tlsKey: undefined }, ['HEADGATE_TLS_CERT']],
    [{ ...open, testClock: new Date('2026-01-01T00:00:00Z') }, ['--test-clock']],
    [{ ...safe, testClock: new Date('2026-01-01T00:00:00Z') }, []],
    [{ ...open, masterKey: random, adminKey: `hg_admin_${random}` }, []],
    [
      { ...open, masterKey: 'x'.repeat(40), adminKey: `hg_admin_${'s'.repeat(40)}` },
      ['HEADGATE_MASTER_KEY', 'HEADGATE_ADMIN_KEY'],
    ],
    [{ ...safe, adminKey: `hg_admin_change-me-${random}` }, ['HEADGATE_ADMIN_KEY']],
  ] as const;
  for (const [settings, names] of cases) {
    assert.deepEqual(
      unsafeSettings(settings).map((problem) => problem.split(':')[0]),
      names,
    );
  }
});

test('the settings as a whole: no start, no value in the message', () => {
  const refused = (env: Readonly<Record<string, string>>, pattern: RegExp): void =>
    assert.throws(
      () => readConfig({ HEADGATE_DATA_DIR: '/data/headgate', ...env }, {}),
      (error: Error & { code?: string }) =>
        error.code === 'config.invalid' && pattern.test(error.message) && !error.message.includes('Zaphod'),
    );
  refused({ HEADGATE_HOST: '0.0.0.0' }, /HEADGATE_HOST/);
  refused({ HEADGATE_ADMIN_KEY: 'hg_admin_Zaphod' }, /HEADGATE_ADMIN_KEY/);
  refused({ HEADGATE_MASTER_KEY: 'Zaphod' }, /HEADGATE_MASTER_KEY/);
  refused({ HEADGATE_ALLOW_NETWORKS: 'Zaphod' }, /HEADGATE_ALLOW_NETWORKS/);
  for (const root of ['/', '/data', '/data/headgate', '/data/headgate/state'])
    refused({ HEADGATE_FILE_ROOTS: root }, /HEADGATE_FILE_ROOTS/);
  refused({ HEADGATE_FILE_ROOTS: 'relative' }, /HEADGATE_FILE_ROOTS/);
  const bucket = { HEADGATE_S3_BUCKET: 'files', HEADGATE_S3_ACCESS_KEY: 'k', HEADGATE_S3_SECRET_KEY: 'Zaphod' };
  refused({ HEADGATE_S3_BUCKET: 'files', HEADGATE_S3_SECRET_KEY: 'Zaphod' }, /HEADGATE_S3_ACCESS_KEY and HEADGATE_S3_SECRET_KEY/);
  refused({ HEADGATE_S3_SECRET_KEY: 'Zaphod' }, /HEADGATE_S3_SECRET_KEY: there is no HEADGATE_S3_BUCKET/);
  const wrong = { HEADGATE_S3_ENDPOINT: 'ftp://Zaphod', HEADGATE_S3_PREFIX: '../Zaphod', HEADGATE_FILE_LIMIT: '0' };
  refused({ ...bucket, ...wrong }, /HEADGATE_FILE_LIMIT.*HEADGATE_S3_ENDPOINT.*HEADGATE_S3_PREFIX/);
  assert.equal(readConfig(bucket, {}).s3Bucket, 'files');
  const config = readConfig(
    { HEADGATE_HOST: '0.0.0.0', HEADGATE_INSECURE_HTTP: 'true', HEADGATE_FILE_ROOTS: '/data/in, /srv' },
    {},
  );
  assert.deepEqual([config.insecureHttp, config.fileRoots], [true, ['/data/in', '/srv']]);
});
