import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wireRows } from './wire-rows.ts';

const text = 'a,"b ""x"", y",\n"","line\nbreak",ü\n\n';
const rows = [['a', 'b "x", y', null], ['', 'line\nbreak', 'ü'], [null]];

test('rows are the same wherever the chunks end', async () => {
  const bytes = new TextEncoder().encode(text);
  for (let size = 1; size <= bytes.length; size++) {
    const chunks = async function* (): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    };
    assert.deepEqual((await Array.fromAsync(wireRows(chunks()))).flat(), rows, `chunks of ${size}`);
  }
});
