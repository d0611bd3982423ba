import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { areSame } from './same-bytes.ts';

const streamed = (chunks: readonly Uint8Array[]): AsyncIterable<Uint8Array> => ReadableStream.from(chunks);
const chunks = fc.array(fc.uint8Array({ max: 3, maxLength: 5 }), { maxLength: 6 });

test('streams are the same when their bytes are, however they are cut', async () => {
  await fc.assert(
    fc.asyncProperty(chunks, chunks, async (one, other) => {
      assert.equal(await areSame(streamed(one), streamed(other)), Buffer.concat(one).equals(Buffer.concat(other)));
    }),
  );
  await fc.assert(
    fc.asyncProperty(chunks, fc.array(fc.nat(30), { maxLength: 5 }), async (one, places) => {
      const whole = Buffer.concat(one);
      const cuts = [0, ...places.toSorted((a, b) => a - b), whole.length];
      const cut = cuts.slice(1).map((end, at) => whole.subarray(cuts[at], Math.max(end, cuts[at] ?? 0)));
      assert.equal(await areSame(streamed(one), streamed(cut)), Buffer.concat(cut).equals(whole));
    }),
  );
});
