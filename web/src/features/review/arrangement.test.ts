import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrangementOf, plainArrangement, shownPlaces, turned } from './arrangement.ts';

const columns = ['c0', 'c1', 'c2', 'c3'].map((id) => ({ id, field: id, label: id }));

test('columns that stay in view come first, hidden ones not at all', () => {
  assert.deepEqual(shownPlaces(columns, plainArrangement), [0, 1, 2, 3]);
  assert.deepEqual(shownPlaces(columns, { hidden: ['c1'], pinned: ['c2'] }), [2, 0, 3]);
  assert.deepEqual(shownPlaces(columns, { hidden: ['c2', 'gone'], pinned: ['c2'] }), [0, 1, 3]);
  assert.deepEqual(turned(turned([], 'c1'), 'c1'), []);
});

test('what was kept is taken as far as it makes sense', () => {
  const kept = { widths: { c0: 200, c1: 'wide', c2: 1e9 }, hidden: ['c1'], pinned: 'c2', height: 'huge' };
  assert.deepEqual(arrangementOf(kept), { widths: { c0: 200 }, hidden: ['c1'], pinned: [], height: 'normal' });
  for (const none of [undefined, null, 7, 'x']) assert.equal(arrangementOf(none), plainArrangement);
});
