import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadMasterKey, MasterKey } from './master-key.ts';

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

test('a data directory gets one key, and keeps it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'key-'));
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
