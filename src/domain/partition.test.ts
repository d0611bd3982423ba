import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeadgateError } from './error.ts';
import { afterFailure } from './partition.ts';

const lost = new HeadgateError('connect.lost', 'reading: the connection broke');
const wrong = new HeadgateError('value.invalid', 'loading: a value does not fit', { hint: 'look' });
const failed = (error: HeadgateError, failures: number): object => {
  const { code, message, hint } = error;
  return { state: 'failed', failures, error: { code, message, hint } };
};

for (const { what, error, before, stopped, after } of [
  { what: 'what may pass is tried again', error: lost, before: 0, stopped: false, after: { state: 'open', failures: 1 } },
  { what: 'twice', error: lost, before: 1, stopped: false, after: { state: 'open', failures: 2 } },
  { what: 'and then fails', error: lost, before: 2, stopped: false, after: failed(lost, 3) },
  { what: 'what cannot pass fails at once', error: wrong, before: 0, stopped: false, after: failed(wrong, 1) },
  { what: 'letting go is no failure', error: wrong, before: 2, stopped: true, after: { state: 'open', failures: 2 } },
]) {
  test(`a partition: ${what}`, () => assert.deepEqual(afterFailure(error, before, stopped), after));
}

test('a partition that was cancelled by somebody else is not tried again', () => {
  const cancelled = new HeadgateError('run.cancelled', 'the statement was cancelled');
  assert.deepEqual(afterFailure(cancelled, 0, false), failed(cancelled, 1));
});
