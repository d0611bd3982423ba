import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { at, block, cellsIn, everything, moved, tabbed, wholeRows } from './selection.ts';

const bounds = { rows: 100, cols: 5, page: 20 };

suite('chosen cells', () => {
  test('moves stop at the edges', () => {
    assert.deepEqual(moved(at(0, 0), 'up', false, bounds), at(0, 0));
    assert.deepEqual(moved(at(99, 4), 'down', false, bounds), at(99, 4));
    assert.deepEqual(moved(at(50, 2), 'page-down', false, bounds), at(70, 2));
    assert.deepEqual(moved(at(50, 2), 'last', false, bounds), at(99, 4));
    assert.deepEqual(moved(at(50, 2), 'top', false, bounds), at(0, 2));
  });

  test('Shift keeps the other corner', () => {
    const two = moved(moved(at(10, 2), 'down', true, bounds), 'left', true, bounds);
    assert.deepEqual(block(two), { top: 10, bottom: 11, left: 1, right: 2 });
    assert.equal(cellsIn(block(two)), 4);
  });

  test('Tab reads line by line, and leaves at either end', () => {
    assert.deepEqual(tabbed(at(3, 4), false, bounds), at(4, 0));
    assert.deepEqual(tabbed(at(4, 0), true, bounds), at(3, 4));
    assert.equal(tabbed(at(99, 4), false, bounds), undefined);
    assert.equal(tabbed(at(0, 0), true, bounds), undefined);
  });

  test('everything, and whole rows', () => {
    assert.equal(cellsIn(block(everything(bounds))), 500);
    assert.deepEqual(block(wholeRows(7, 3, 5)), { top: 3, bottom: 7, left: 0, right: 4 });
  });
});
