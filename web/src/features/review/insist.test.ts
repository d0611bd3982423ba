import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refused } from '../../api/refused.ts';
import { insist } from './insist.ts';

const pause = async (): Promise<void> => undefined;

test('it is asked until there is an answer, and knows that it was asked before', async () => {
  const asked: boolean[] = [];
  let away = 0;
  const answer = await insist(
    async (again) => {
      asked.push(again);
      if (asked.length < 3) throw new Refused(asked.length === 1 ? 0 : 503, {});
      return 'saved';
    },
    { onAway: () => void (away += 1), pause },
  );
  assert.equal(answer, 'saved');
  assert.deepEqual(asked, [false, true, true]);
  assert.equal(away, 2);
});

test('what the server refuses is not asked again', async () => {
  let asked = 0;
  const refused = async (): Promise<never> => {
    asked += 1;
    throw new Refused(409, { code: 'review.stale' });
  };
  await assert.rejects(insist(refused, { onAway: () => undefined, pause }), /409/);
  assert.equal(asked, 1);
});
