import assert from 'node:assert/strict';
import { test } from 'node:test';
import { giveBack } from './give-back.ts';

test('bytes with memory of their own are empty afterwards; those that share it with others stay', () => {
  const own = new Uint8Array(70_000).fill(7);
  giveBack(own);
  assert.equal(own.length, 0);
  const shared = new Uint8Array(10).fill(7);
  giveBack(shared.subarray(0, 5));
  assert.deepEqual(
    [...shared],
    Array.from({ length: 10 }, () => 7),
  );
});
