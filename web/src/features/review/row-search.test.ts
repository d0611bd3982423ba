import assert from 'node:assert/strict';
import { test } from 'node:test';
import { positionOfLine } from './row-search.ts';

/** Lines 2, 4, 6, … and two rows that were added. */
const lines = [...Array.from({ length: 500 }, (_, at) => 2 * at + 2), null, null];

for (const [line, position] of [
  [2, 0],
  [1000, 499],
  [501, 250],
  [1, 0],
  [1001, undefined],
] as const) {
  test(`line ${line} is at ${position}`, async () => {
    let asked = 0;
    const lineAt = async (at: number): Promise<number | null> => {
      asked += 1;
      return lines[at] ?? null;
    };
    assert.equal(await positionOfLine(line, lines.length, lineAt), position);
    assert.ok(asked <= 11, `${asked} questions`);
  });
}

test('no rows, no position', async () => assert.equal(await positionOfLine(3, 0, async () => null), undefined));
