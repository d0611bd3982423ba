import assert from 'node:assert/strict';
import { test } from 'node:test';
import { together } from './together.ts';

test('who comes while a question is out shares the next one, never its answer', async () => {
  const shared = together<number>();
  const asked: PromiseWithResolvers<number>[] = [];
  const ask = (): Promise<number> => {
    const question = Promise.withResolvers<number>();
    asked.push(question);
    return question.promise;
  };
  const first = shared('a', ask);
  const [second, third] = [shared('a', ask), shared('a', ask)];
  const other = shared('b', ask);
  assert.equal(asked.length, 2);
  asked[0]?.resolve(1);
  assert.equal(await first, 1);
  assert.equal(asked.length, 3);
  asked[2]?.resolve(2);
  assert.deepEqual(await Promise.all([second, third]), [2, 2]);
  asked[1]?.resolve(3);
  assert.equal(await other, 3);
  void shared('a', ask);
  assert.equal(asked.length, 4);
});

test('a question that fails fails for those who asked it, not for those behind it', async () => {
  const shared = together<string>();
  const first = shared('a', () => Promise.reject(new Error('away')));
  const second = shared('a', () => Promise.resolve('here'));
  await assert.rejects(first, /away/);
  assert.equal(await second, 'here');
});
