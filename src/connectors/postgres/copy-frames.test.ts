import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CopyFrames } from './copy-frames.ts';

function message(code: string, body: string): Buffer {
  const header = Buffer.alloc(5);
  header.write(code);
  header.writeInt32BE(Buffer.byteLength(body) + 4, 1);
  return Buffer.concat([header, Buffer.from(body)]);
}

/** What comes out when the bytes arrive in pieces of these lengths. */
function unframe(bytes: Buffer, lengths: readonly number[]): { data: string; others: string; ended: boolean } {
  const frames = new CopyFrames();
  const data: Buffer[] = [];
  const others: Buffer[] = [];
  let ended = false;
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const piece = Buffer.from(bytes.subarray(at, at + (lengths[i % lengths.length] ?? 1)));
    at += piece.length;
    if (ended) {
      others.push(piece);
      continue;
    }
    const taken = frames.take(piece);
    data.push(taken.data);
    others.push(...taken.others);
    ended = taken.ended;
  }
  return { data: Buffer.concat(data).toString(), others: Buffer.concat(others).toString(), ended };
}

test('payloads come out whole and everything else goes to the driver, wherever the chunks are cut', () => {
  const row = fc.record({ code: fc.constantFrom('d', 'd', 'd', 'N', 'S'), body: fc.string({ maxLength: 40 }) });
  const cuts = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(fc.array(row), fc.constantFrom('c', 'E'), cuts, (rows, end, lengths) => {
      const tail = [message(end, 'end'), message('C', 'COPY 3'), message('Z', 'I')];
      const bytes = Buffer.concat([message('H', '\0\0\0'), ...rows.map(({ code, body }) => message(code, body)), ...tail]);
      const foreign = rows.filter(({ code }) => code !== 'd').map(({ code, body }) => message(code, body));
      assert.deepEqual(unframe(bytes, lengths), {
        data: rows.map(({ code, body }) => (code === 'd' ? body : '')).join(''),
        others: Buffer.concat([message('H', '\0\0\0'), ...foreign, ...tail]).toString(),
        ended: true,
      });
    }),
  );
});
