import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OwnEdits } from './own-edits.ts';

const rows = (...ids: readonly number[]) => ids.map((id) => ({ id, n: id, cells: [] }));

test('news of own edits alone need no second look', () => {
  const own = new OwnEdits();
  own.made(4, rows(1, 2));
  own.made(5, rows(3));
  assert.equal(own.cover(3, { version: 5, rows: [1, 3] }), true);
});

test('news of somebody else, of rows that no answer had, or of all rows do', () => {
  for (const [after, version, changed] of [
    [3, 5, [1]],
    [3, 4, [1, 2]],
    [3, 4, 'all'],
    [2, 4, [1]],
  ] as const) {
    const own = new OwnEdits();
    own.made(4, rows(1));
    assert.equal(own.cover(after, { version, rows: changed }), false, JSON.stringify([after, version, changed]));
  }
});

test('people who come or go are no news of rows', () => {
  assert.equal(new OwnEdits().cover(7, { version: 7, rows: [] }), true);
});
