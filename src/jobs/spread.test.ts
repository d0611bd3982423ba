import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireSound } from './spread.ts';

const open = { state: 'open', lease_owner: null, error: null } as const;
const staged = { state: 'staged', lease_owner: 'a', error: null } as const;
const failed = {
  state: 'failed',
  lease_owner: 'a',
  error: { code: 'value.invalid', message: 'loading t', hint: 'look' },
} as const;

for (const { what, partitions, all } of [
  { what: 'none is staged', partitions: [open, open], all: false },
  { what: 'one is missing', partitions: [staged, open], all: false },
  { what: 'all are there', partitions: [staged, staged], all: true },
]) {
  test(`a spread: ${what}`, () => assert.equal(requireSound(partitions, 2), all));
}

test('a spread fails with what one of its partitions failed with, as it was', () => {
  assert.throws(() => requireSound([staged, failed], 2), { code: 'value.invalid', message: 'loading t', hint: 'look' });
});

test('a spread that somebody removed is that of another owner', () => {
  assert.throws(() => requireSound([], 2), { code: 'run.cancelled' });
});
