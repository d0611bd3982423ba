import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { receive, receiveAsAnnounced } from './received.ts';

const pieces = ['first ', 'second ', 'third'].map((text) => Buffer.from(text));
const sha256 = createHash('sha256').update(Buffer.concat(pieces)).digest('hex');

async function* sent(): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

async function all(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const found: Uint8Array[] = [];
  for await (const chunk of bytes) found.push(chunk);
  return Buffer.concat(found).toString();
}

test('bytes pass as they are, summed where somebody wants to know', async () => {
  const [one, other] = [receive(sent()), receiveAsAnnounced(sent())];
  assert.deepEqual([await all(one.bytes), await all(other.bytes)], ['first second third', 'first second third']);
  assert.deepEqual([one.checksums(), other.checksums()], [{ sha256 }, {}]);
  const announced = receiveAsAnnounced(sent(), { sha256 });
  await all(announced.bytes);
  assert.deepEqual(announced.checksums(), { sha256 });
  await assert.rejects(all(receiveAsAnnounced(sent(), { crc32: '00000000' }).bytes), { code: 'upload.checksum' });
});

test('a sender that breaks off is told from one that came to its end', async () => {
  async function* breaking(): AsyncGenerator<Uint8Array> {
    yield* pieces;
    throw new Error('reset');
  }
  await assert.rejects(all(receive(breaking()).bytes), { code: 'upload.incomplete' });
});

test('a sender that says nothing is let go; whoever stores its bytes may take longer', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const silent = Promise.withResolvers<never>();
  let left = false;
  async function* stalling(): AsyncGenerator<Uint8Array> {
    try {
      yield* pieces;
      await silent.promise;
    } finally {
      left = true;
    }
  }
  const bytes = receiveAsAnnounced(stalling()).bytes[Symbol.asyncIterator]();
  for (const piece of pieces) {
    assert.deepEqual((await bytes.next()).value, piece);
    t.mock.timers.tick(200_000);
  }
  const last = assert.rejects(bytes.next(), { code: 'upload.incomplete' });
  await new Promise(setImmediate);
  t.mock.timers.tick(60_000);
  await new Promise(setImmediate);
  t.mock.timers.tick(20_000);
  await last;
  silent.reject(new Error('the end of the test'));
  await new Promise(setImmediate);
  assert.ok(left);
});
