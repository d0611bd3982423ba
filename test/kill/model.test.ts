import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differenceOf, expectedRows, type Row } from './model.ts';

const row = (text: string): Row => ({ key: text.slice(0, 1), digest: text.slice(1) });
const history = [['a1', 'b1', 'c1'].map(row), ['a2', 'b1', 'd1'].map(row)];
const expected = (mode: Parameters<typeof expectedRows>[0]): string[] =>
  expectedRows(mode, history)
    .map(({ key, digest }) => key + digest)
    .sort();

test('each mode keeps of two runs what it says', () => {
  assert.deepEqual(expected('snapshot × replace'), ['a2', 'b1', 'd1']);
  assert.deepEqual(expected('snapshot × mirror'), ['a2', 'b1', 'd1']);
  assert.deepEqual(expected('snapshot × append'), ['a1', 'a2', 'b1', 'b1', 'c1', 'd1']);
  assert.deepEqual(expected('snapshot × merge'), ['a2', 'b1', 'c1', 'd1']);
  assert.deepEqual(expected('incremental × merge'), ['a2', 'b1', 'c1', 'd1']);
  assert.deepEqual(expected('incremental × append'), ['a1', 'a2', 'b1', 'c1', 'd1']);
});

test('a difference names what is missing and what is there too often', () => {
  const rows = ['a1', 'b1', 'b1'].map(row);
  assert.deepEqual(differenceOf(rows, [...rows].reverse()), { lost: [], doubled: [] });
  assert.deepEqual(differenceOf(rows, ['a2', 'b1', 'b1', 'b1'].map(row)), { lost: ['a'], doubled: ['b', 'a'] });
});
