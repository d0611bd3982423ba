/** What is over goes; while a backup is made its moment holds. */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, test } from 'node:test';
import { startPostgres } from '../../test/support/postgres.ts';
import { openState } from '../../test/support/state.ts';
import { newId } from '../domain/ids.ts';
import { dumpState } from '../store/dump.ts';
import { insertFile } from '../store/files.ts';
import { dropAll, insertObject, keepObject } from '../store/objects.ts';
import { sweepObjects } from './sweeper.ts';

const server = await startPostgres();
const state = await openState(server);
const { db, ports } = state;
after(async () => {
  await state[Symbol.asyncDispose]();
  await server.stop();
});

test('bytes of a file that is deleted during a backup go after it', async () => {
  const now = new Date();
  const [id, key] = [newId('file'), '1/content'];
  const nothing = { size: null, sha256: null, md5: null, crc32: null, expires_at: null };
  await insertFile(db, 1, { ...nothing, id, name: 'f', content_type: 'text/csv', pending_until: now, created_at: now });
  await insertObject(db, 1, { key, upload: null, file: id, goneBy: now });
  await ports.storage.put(key, Readable.from([Buffer.from('x')]), 1);
  await keepObject(db, 1, key);
  const sweep = async (): Promise<number> => await sweepObjects(db, ports.storage, now);
  {
    await using one = await dumpState(db.pool);
    // Two backups at once are in nobody's way.
    await using _other = await dumpState(db.pool);
    await dropAll(db, [id], now);
    assert.equal(await sweep(), 0);
    assert.deepEqual([await one.isContent(key), await one.isContent('1/other')], [true, false]);
    assert.equal(await ports.storage.size(key), 1);
  }
  assert.equal(await sweep(), 1);
  assert.equal(await ports.storage.size(key), undefined);
});
