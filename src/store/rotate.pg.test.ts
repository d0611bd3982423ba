import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startPostgres } from '../../test/support/postgres.ts';
import { openState } from '../../test/support/state.ts';
import { loadMasterKey, MasterKey, offerMasterKey, settleMasterKey } from './master-key.ts';
import { rotatedTo, rotateSecrets, withHashing } from './rotate.ts';
import { openSecrets, saveSecrets } from './secrets.ts';

const server = await startPostgres();
after(async () => await server.stop());

const fresh = (): MasterKey => new MasterKey(randomBytes(32));

test('after a rotation the new key opens what the old one sealed, API keys stay valid, the old key opens nothing', async () => {
  await using state = await openState(server);
  const { db } = state;
  const keys = [fresh(), fresh(), fresh()] as const;
  const hash = keys[0].hash('token');
  await saveSecrets(db, keys[0], 1, 'con_a', { password: 'Zaphod' });
  let current = await withHashing(db, keys[0]);
  for (const next of keys.slice(1)) {
    assert.equal(await rotateSecrets(db, current, next), 1);
    await assert.rejects(openSecrets(db, current, 1, 'con_a'), { code: 'secret.sealed' });
    current = await withHashing(db, next);
    assert.deepEqual(await openSecrets(db, current, 1, 'con_a'), { password: 'Zaphod' });
    assert.deepEqual(current.hash('token'), hash);
  }
  await assert.rejects(withHashing(db, keys[0]), { code: 'secret.sealed' });
  await assert.rejects(rotateSecrets(db, keys[0], fresh()), { code: 'secret.sealed' });
  assert.deepEqual(await openSecrets(db, current, 1, 'con_a'), { password: 'Zaphod' });
});

test('a rotation that is killed before or after its commit leaves a key file that fits the state', async () => {
  await using state = await openState(server);
  const { db, ports } = state;
  const { dataDir } = ports;
  const first = await loadMasterKey(dataDir, undefined);
  await saveSecrets(db, first, 1, 'con_a', { password: 'Zaphod' });
  await offerMasterKey(dataDir);
  assert.equal((await settleMasterKey(dataDir, await rotatedTo(db)), await loadMasterKey(dataDir, undefined)).id, first.id);
  const next = await offerMasterKey(dataDir);
  await rotateSecrets(db, first, next);
  await settleMasterKey(dataDir, await rotatedTo(db));
  const now = await withHashing(db, await loadMasterKey(dataDir, undefined));
  assert.equal(now.id, next.id);
  assert.deepEqual(await openSecrets(db, now, 1, 'con_a'), { password: 'Zaphod' });
  await assert.rejects(readFile(join(dataDir, 'master.key.new')));
});
