import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Frames } from './frames.ts';

function message(tag: string, body: string): Buffer {
  const frame = Buffer.alloc(5 + body.length);
  frame.write(tag);
  frame.writeUInt32BE(4 + body.length, 1);
  frame.write(body, 5, 'latin1');
  return frame;
}

test('messages are found however the stream is cut, without the bare byte and without long bodies', () => {
  const stream = Buffer.concat([
    Buffer.from('N'),
    message('Z', 'I'),
    message('c', ''),
    message('d', 'x'.repeat(300)),
    message('C', 'COMMIT\0'),
    message('2', ''),
  ]);
  const expected = ['Z:I', 'c:', 'd:', 'C:COMMIT\0', '2:'];
  for (let size = 1; size <= stream.length; size++) {
    const frames = new Frames(1);
    const seen: string[] = [];
    for (let at = 0; at < stream.length; at += size) {
      for (const { tag, body } of frames.push(stream.subarray(at, at + size))) seen.push(`${tag}:${body.toString('latin1')}`);
    }
    assert.deepEqual(seen, expected, `pieces of ${size}`);
  }
});
