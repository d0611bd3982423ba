import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rangeOf, UnsatisfiableRange } from './range.ts';

const of = (range: string, size = 100, ifRange?: string): readonly number[] | 'all' | 'none' => {
  try {
    const found = rangeOf({ range, ifRange }, '"tag"', size);
    return found ? [found.from, found.to] : 'all';
  } catch (error) {
    assert.ok(error instanceof UnsatisfiableRange);
    return 'none';
  }
};

test('ranges', () => {
  const cases: readonly (readonly [string, ReturnType<typeof of>])[] = [
    ['bytes=0-0', [0, 1]],
    ['bytes=0-', [0, 100]],
    ['bytes=10-19', [10, 20]],
    ['bytes=99-99', [99, 100]],
    ['bytes=90-1000', [90, 100]],
    ['bytes=-1', [99, 100]],
    ['bytes=-1000', [0, 100]],
    ['Bytes=5-6', [5, 7]],
    ['bytes=100-', 'none'],
    ['bytes=100-200', 'none'],
    ['bytes=-0', 'none'],
    ['bytes=5-4', 'all'],
    ['bytes=-', 'all'],
    ['bytes=a-b', 'all'],
    ['bytes=0-1,3-4', 'all'],
    ['lines=0-1', 'all'],
    ['bytes=9999999999999999-', 'all'],
    ['', 'all'],
  ];
  for (const [range, expected] of cases) assert.deepEqual(of(range), expected, range);
  assert.equal(of('bytes=0-', 0), 'none');
  assert.equal(of('bytes=-5', 0), 'none');
});

test('the rest of another version is all of this one', () => {
  assert.deepEqual(of('bytes=10-', 100, '"tag"'), [10, 100]);
  assert.equal(of('bytes=10-', 100, '"other"'), 'all');
  assert.equal(of('bytes=10-', 100, 'Wed, 21 Oct 2015 07:28:00 GMT'), 'all');
});
