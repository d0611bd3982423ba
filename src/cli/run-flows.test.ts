import assert from 'node:assert/strict';
import { test } from 'node:test';
import { worst } from './exit.ts';
import { eachAtOnce } from './run-flows.ts';

test('at most so many at the same time, answers in order', async () => {
  let [running, most] = [0, 0];
  const results = await eachAtOnce([3, 1, 2, 0, 1], 2, async (turns) => {
    most = Math.max(most, ++running);
    for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
    running--;
    return turns * 10;
  });
  assert.deepEqual([results, most], [[30, 10, 20, 0, 10], 2]);
  assert.deepEqual(await eachAtOnce([], 2, async () => 1), []);
});

test('the exit code is that of the worst stream', () => {
  assert.equal(worst([]), 0);
  assert.equal(worst([0, 3]), 3);
  assert.equal(worst([8, 3, 0]), 8);
  assert.equal(worst([8, 1, 3]), 1);
  assert.equal(worst([130, 1]), 130);
});
