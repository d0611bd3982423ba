import assert from 'node:assert/strict';
import { test } from 'node:test';
import { givingBack, ownBuffer } from './own-buffer.ts';

const chunk = (byte: number): Uint8Array => new Uint8Array(8).fill(byte);

test('memory is given back when everything handed out is written, and not before', async () => {
  const chunks = [chunk(1), chunk(2), chunk(3), chunk(4)];
  chunks.forEach(ownBuffer);
  // What a writer still holds when it asks for the next chunk.
  const unwritten = [1, 2, 0, 0];
  const left: number[][] = [];
  const taken = givingBack(ReadableStream.from(chunks), () => {
    left.push(chunks.map(({ length }) => length));
    return unwritten.shift() === 0;
  });
  for await (const { length } of taken) assert.equal(length, 8);
  assert.deepEqual(left, [
    [8, 8, 8, 8],
    [8, 8, 8, 8],
    [8, 8, 8, 8],
    [0, 0, 0, 8],
  ]);
  assert.deepEqual(
    chunks.map(({ length }) => length),
    [0, 0, 0, 0],
  );
});

test('a buffer of which nobody has said that it holds one chunk alone stays', async () => {
  const shared = new Uint8Array(8).fill(7);
  const chunks = [shared.subarray(0, 4), shared.subarray(4)];
  for await (const each of givingBack(ReadableStream.from(chunks), () => true)) assert.equal(each.length, 4);
  assert.deepEqual(
    [...shared],
    Array.from({ length: 8 }, () => 7),
  );
});
