import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { Channel } from './channel.ts';

test('hands over every chunk in order and sums them', async () => {
  const channel = new Channel();
  const chunks = Array.from({ length: 50 }, (_, i) => Buffer.from(`chunk ${i}\n`));
  const pushing = (async () => {
    for (const chunk of chunks) await channel.push(chunk);
    channel.end();
  })();
  const received: Uint8Array[] = [];
  for await (const chunk of channel) received.push(chunk);
  await pushing;
  const whole = Buffer.concat(chunks);
  assert.deepEqual(Buffer.concat(received), whole);
  assert.deepEqual([channel.bytes, channel.checksum], [whole.length, crc32(whole)]);
});

test('a slow writer holds the reader back until it is done with the chunk', async () => {
  const channel = new Channel();
  let pushed = false;
  const pushing = channel.push(Buffer.from('a')).then(() => (pushed = true));
  const writer = channel[Symbol.asyncIterator]();
  assert.equal(String(Buffer.from((await writer.next()).value ?? [])), 'a');
  await new Promise((done) => setImmediate(done));
  assert.equal(pushed, false);
  const next = writer.next();
  await pushing;
  channel.end();
  assert.equal((await next).done, true);
});

test('a failure of either side reaches the other', async () => {
  const broken = new Error('broken');
  const forWriter = new Channel();
  forWriter.fail(broken);
  await assert.rejects(forWriter[Symbol.asyncIterator]().next(), broken);
  const forReader = new Channel();
  const waiting = forReader.push(Buffer.from('a'));
  forReader.fail(broken);
  await assert.rejects(waiting, broken);
});
