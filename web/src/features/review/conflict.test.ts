import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { conflictsOf, isDone, withoutConflicts } from './conflict.ts';

const columns = [
  { id: 'a', field: 'a', label: 'A' },
  { id: 'b', field: 'b', label: 'B' },
];
const edit = {
  kind: 'cells',
  cells: [
    { row: 7, column: 'a', text: 'mine' },
    { row: 7, column: 'b', text: 'mine too' },
  ],
} as const;

suite('two people in one cell', () => {
  test('only what differs from what was seen is disputed', () => {
    const found = conflictsOf(edit, ['before', 'same'], [{ id: 7, n: 9, cells: [{ v: 'theirs' }, { v: 'same' }] }], columns);
    assert.deepEqual(found?.cells, [{ row: 7, column: 'a', text: 'mine', label: 'A', line: 9, theirs: 'theirs' }]);
    assert.deepEqual(found && withoutConflicts(found).cells, [{ row: 7, column: 'b', text: 'mine too' }]);
  });

  test('the same text twice is no dispute', () => {
    const found = conflictsOf(edit, ['before', 'same'], [{ id: 7, cells: [{ v: 'mine' }, { v: 'same' }] }], columns);
    assert.deepEqual(found?.cells, []);
  });

  test('an edit whose texts are all there has been done', () => {
    const row = (...texts: string[]) => ({ id: 7, cells: texts.map((v) => ({ v })) });
    assert.equal(isDone(edit, row('mine', 'mine too'), columns), true);
    assert.equal(isDone(edit, row('mine', 'before'), columns), false);
  });

  test('other edits have no cells to choose between', () => {
    assert.equal(conflictsOf({ kind: 'delete', rows: [7] }, [], [], columns), undefined);
  });
});
