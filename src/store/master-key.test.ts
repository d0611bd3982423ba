import assert from 'node:assert/strict';
import { once } from 'node:events';
import files, { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { loadMasterKey, MasterKey, placeMasterKey } from './master-key.ts';

const key = new MasterKey(Buffer.from('k'.repeat(32)));

test('what was sealed opens, at its own place only', () => {
  const box = key.seal('pässword', '1/con_a');
  assert.equal(key.open(box, '1/con_a'), 'pässword');
  assert.doesNotMatch(Buffer.concat([box.sealed, box.wrappedKey]).toString('latin1'), /ssword/);
  assert.throws(() => key.open(box, '2/con_a'), { code: 'secret.sealed' });
  assert.throws(() => key.open({ ...box, sealed: key.seal('other', '1/con_a').sealed }, '1/con_a'), { code: 'secret.sealed' });
  assert.throws(() => new MasterKey(Buffer.from('x'.repeat(32))).open(box, '1/con_a'), { code: 'secret.sealed' });
});

test('the same text is sealed differently each time, and hashed alike', () => {
  assert.notDeepEqual(key.seal('a', 'p').sealed, key.seal('a', 'p').sealed);
  assert.deepEqual(key.hash('a'), key.hash('a'));
  assert.notDeepEqual(key.hash('a'), new MasterKey(Buffer.from('x'.repeat(32))).hash('a'));
});

/** Looks at a file all the time, until it is told to end: state[1]. Counts in state[0] how often it was there without all of its text. */
const spying = `
  const { readFileSync } = require('node:fs');
  const { path, state } = require('node:worker_threads').workerData;
  while (Atomics.load(state, 1) === 0) {
    try {
      if (readFileSync(path).length < 64) Atomics.add(state, 0, 1);
    } catch {}
  }`;

test('whoever starts at the same moment finds all of the key or none', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-key-'));
  const path = join(folder, 'master.key');
  const state = new Int32Array(new SharedArrayBuffer(8));
  const spy = new Worker(spying, { eval: true, workerData: { path, state } });
  await once(spy, 'online');
  try {
    for (let round = 0; round < 300; round++) {
      const keys = await Promise.all([1, 2].map(async () => await loadMasterKey(folder, undefined)));
      assert.equal(new Set(keys.map(({ id }) => id)).size, 1);
      assert.deepEqual(await readdir(folder), ['master.key']);
      await rm(path);
    }
  } finally {
    Atomics.store(state, 1, 1);
  }
  await once(spy, 'exit');
  await rm(folder, { recursive: true });
  assert.equal(Atomics.load(state, 0), 0);
});

test('a file system without hard links gets a key too, and one only', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-key-'));
  // As SMB shares and FAT answer.
  const none = mock.method(
    files,
    'link',
    async () => await Promise.reject(Object.assign(new Error('link'), { code: 'ENOTSUP' })),
  );
  syncBuiltinESMExports();
  try {
    const { id } = await loadMasterKey(folder, undefined);
    assert.equal(none.mock.callCount(), 1);
    await assert.rejects(placeMasterKey(folder, 'p'.repeat(64)), { code: 'EEXIST' });
    assert.equal((await loadMasterKey(folder, undefined)).id, id);
    assert.equal((await stat(join(folder, 'master.key'))).mode & 0o777, 0o600);
    assert.deepEqual(await readdir(folder), ['master.key']);
  } finally {
    none.mock.restore();
    syncBuiltinESMExports();
    await rm(folder, { recursive: true });
  }
});

test('a data directory gets one key, and keeps it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-key-'));
  try {
    const [first, second] = await Promise.all([loadMasterKey(folder, undefined), loadMasterKey(folder, undefined)]);
    assert.equal(first.id, second.id);
    assert.equal((await stat(join(folder, 'master.key'))).mode & 0o777, 0o600);
    assert.notEqual((await loadMasterKey(folder, 'g'.repeat(32))).id, first.id);
    await assert.rejects(loadMasterKey(folder, 'short'), { code: 'config.invalid' });
  } finally {
    await rm(folder, { recursive: true });
  }
});
