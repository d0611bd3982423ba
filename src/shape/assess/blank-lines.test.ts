import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { blankLines } from './blank-lines.ts';

const folder = await mkdtemp(join(tmpdir(), 'blank-lines-'));
after(async () => await rm(folder, { recursive: true }));

const cases: readonly (readonly [text: string, ...(readonly [before: number, lines: number])[]])[] = [
  ['a,b\n1,2\n'],
  ['\na,b\n', [0, 1]],
  ['\uFEFF\r\n\r\na,b\r\n\r\n1,2\r\n\r\n', [0, 2], [1, 3], [2, 4]],
  // Between quotes they are a part of a text; a quote inside a text opens none.
  ['a,"x\n\ny ""\n\n"" z"\n\n5" pipe,b\n\nc,d\n', [1, 1], [2, 2]],
  [' \n,\na,b\n'],
  [`${'x'.repeat((1 << 20) - 1)}\n\ny,z\n`, [1, 1]],
];

test('lines above the file are counted with its own', async () => {
  const path = join(folder, 'above.csv');
  await writeFile(path, 'a,b\n\n1,2\n');
  assert.deepEqual(await blankLines(path, ',', 2), [
    { before: 0, lines: 2 },
    { before: 1, lines: 3 },
  ]);
});

for (const [at, [text, ...passed]] of cases.entries()) {
  test(`lines without anything are counted (${at})`, async () => {
    const path = join(folder, `${at}.csv`);
    await writeFile(path, text);
    const expected = passed.map(([before, lines]) => ({ before, lines }));
    assert.deepEqual(await blankLines(path, ','), expected);
  });
}
