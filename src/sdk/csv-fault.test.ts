import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { faultyLine } from './csv-fault.ts';

const cases: readonly (readonly [text: string, line: number | undefined])[] = [
  ['a,b\n1,"x\ny"\n', undefined],
  ['a,b\n1,"open\n2,x\n', 2],
  ['a,b\n1,x"y\n', 2],
  ['a,b\n"1""","z"\n"q"w,2\n', 3],
  ['a,b\n1,"x\ny"\n3,\0\n', 4],
];

test('the line where the quotes go wrong', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-fault-'));
  const path = join(folder, 'a.csv');
  for (const [text, line] of cases) {
    await writeFile(path, text);
    assert.equal(await faultyLine(path), line, JSON.stringify(text));
  }
  await rm(folder, { recursive: true });
});
