import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryDelay, retrySpec } from './retry.ts';

const policy = retrySpec.parse({});

test('waits double up to their limit, and lie between half and all of it', () => {
  const full = [1, 2, 3].map((failures) => retryDelay(policy, failures, ['connect.lost'], 1));
  assert.deepEqual(full, [15_000, 30_000, 60_000]);
  assert.equal(retryDelay(policy, 1, ['connect.lost'], 0), 7_500);
  assert.equal(retryDelay({ attempts: 50, first_seconds: 15, max_seconds: 900 }, 40, ['disk.full'], 1), 900_000);
});

test('the last attempt is the last, and what no repetition mends is not repeated', () => {
  assert.equal(retryDelay(policy, 4, ['connect.lost'], 1), undefined);
  assert.equal(retryDelay(policy, 1, ['connect.refused'], 1), undefined);
  assert.equal(retryDelay(policy, 1, [], 1), undefined);
  assert.equal(retryDelay(policy, 1, ['connect.refused', 'connect.lost'], 1), 15_000);
});
