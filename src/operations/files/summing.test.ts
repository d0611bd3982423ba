import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { openSumming } from './summing.ts';

test('several at once, each with its own bytes; one that is given up is in nobody’s way', async () => {
  const all = await Promise.all(
    Array.from({ length: 20 }, async (_, number) => {
      await using summing = openSumming(['sha256', 'crc32']);
      const whole = Buffer.alloc(300_000, String.fromCharCode(97 + number));
      for (let at = 0; at < whole.length; at += 70_001) await summing.update(whole.subarray(at, at + 70_001));
      if (number % 5 === 4) return undefined;
      const { sha256, crc32, md5 } = await summing.digests();
      assert.equal(sha256, createHash('sha256').update(whole).digest('hex'));
      assert.deepEqual([crc32?.length, md5], [8, undefined]);
      return sha256;
    }),
  );
  assert.equal(new Set(all).size, 17);
});

test('of no bytes at all', async () => {
  await using summing = openSumming(['crc32', 'md5']);
  assert.deepEqual(await summing.digests(), { crc32: '00000000', md5: 'd41d8cd98f00b204e9800998ecf8427e' });
});
