import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, open, readFile, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { chunked } from './guarantees-harness.ts';
import { behind, ontoDisk } from './onto-disk.ts';

const folder = await mkdtemp(join(tmpdir(), 'headgate-onto-disk-'));
after(async () => await rm(folder, { recursive: true }));

test('pieces of any size, from any place on', async () => {
  const data = randomBytes(1_000_003);
  for (const piece of [700, 65_536, 262_144, 2_000_000]) {
    const path = join(folder, `pieces-${piece}`);
    await using file = await open(path, 'w');
    await ontoDisk(file, chunked(data, piece), 5);
    assert.ok((await readFile(path)).equals(Buffer.concat([Buffer.alloc(5), data])), String(piece));
  }
  const none = join(folder, 'none');
  await using file = await open(none, 'w');
  await ontoDisk(file, chunked(Buffer.alloc(0)));
  assert.equal((await readFile(none)).length, 0);
});

test('what fails on the way is told, and nothing is written any more by then', async () => {
  const path = join(folder, 'broken');
  await using file = await open(path, 'w');
  async function* breaking(): AsyncGenerator<Uint8Array> {
    yield* chunked(randomBytes(600_000));
    throw new Error('the sender is gone');
  }
  await assert.rejects(ontoDisk(file, breaking()), /the sender is gone/);
  await using reading = await open(path, 'r');
  await assert.rejects(ontoDisk(reading, chunked(randomBytes(600_000))), { code: 'EBADF' });
});

test('a disk that takes a few bytes at a time gets all of them', async () => {
  const taken: Buffer[] = [];
  const slow = {
    writev: async (chunks: readonly Uint8Array[]) => {
      const some = Buffer.concat(chunks).subarray(0, 99_999);
      taken.push(some);
      return { bytesWritten: some.length };
    },
    sync: async () => undefined,
  };
  const data = randomBytes(900_000);
  await ontoDisk(slow as unknown as FileHandle, chunked(data)); // the two methods that are called
  assert.ok(Buffer.concat(taken).equals(data));
  const chunks = [Buffer.from('abc'), Buffer.from('de')];
  for (const [count, left] of ['abcde', 'bcde', 'cde', 'de', 'e', ''].entries())
    assert.equal(Buffer.concat(behind(chunks, count)).toString(), left);
});

test('the memory of what was written is given back, but for what others may have a part in', async () => {
  await using file = await open(join(folder, 'given-back'), 'w');
  const shared = new Uint8Array(400_000);
  const chunks = [new Uint8Array(300_000), shared.subarray(0, 300_000), new Uint8Array(10)];
  await ontoDisk(
    file,
    (async function* () {
      yield* chunks;
    })(),
  );
  assert.deepEqual(
    chunks.map(({ length }) => length),
    [0, 300_000, 0],
  );
  assert.equal((await file.stat()).size, 600_010);
});
