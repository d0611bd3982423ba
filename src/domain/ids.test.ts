import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newId } from './ids.ts';

test('ids sort by time and never meet', () => {
  const ids = Array.from({ length: 1000 }, (_, at) => newId('run', 1_700_000_000_000 + at));
  assert.deepEqual(ids.toSorted(), ids);
  assert.equal(new Set(Array.from({ length: 1000 }, () => newId('connection', 0))).size, 1000);
  assert.match(newId('pipeline'), /^pl_[0-9a-hjkmnp-tv-z]{26}$/);
});
