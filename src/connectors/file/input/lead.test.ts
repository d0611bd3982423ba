import assert from 'node:assert/strict';
import { test } from 'node:test';
import { behind, leadOf } from './lead.ts';

test('blank lines and a line that names the delimiter stand before the first record', () => {
  const cases: [string, { bytes: number; lines: number; delimiter?: string }][] = [
    ['a,b\n1,2\n', { bytes: 0, lines: 0 }],
    ['\ufeffa,b\n1,2\n', { bytes: 0, lines: 0 }],
    ['\n\r\n\ra,b\n', { bytes: 4, lines: 3 }],
    ['\ufeff\na,b\n', { bytes: 4, lines: 1 }],
    ['sep=;\r\na;b\n', { bytes: 7, lines: 1, delimiter: ';' }],
    ['\ufeff\n"SEP=\t"\n\na\tb\n', { bytes: 13, lines: 3, delimiter: '\t' }],
    ['sep=;x\n1\n', { bytes: 0, lines: 0 }],
    ['sep\n1\n', { bytes: 0, lines: 0 }],
    ['\n\n', { bytes: 0, lines: 0 }],
    [' \na,b\n', { bytes: 0, lines: 0 }],
  ];
  for (const [text, lead] of cases) assert.deepEqual(leadOf(Buffer.from(text)), lead, JSON.stringify(text));
});

test('what stands behind it is the same wherever the pieces are cut', async () => {
  const text = Buffer.from('sep=;\na;b\n1;2\n');
  for (let size = 1; size <= text.length; size++) {
    const pieces = (async function* () {
      for (let at = 0; at < text.length; at += size) yield text.subarray(at, at + size);
    })();
    assert.equal(Buffer.concat(await Array.fromAsync(behind(pieces, 6))).toString(), 'a;b\n1;2\n');
  }
});
