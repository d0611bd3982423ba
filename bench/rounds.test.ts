import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noise, order, ratio, spread, type Side, type Trial } from './rounds.ts';

const trial = (side: Side, wall: number, foreign = 0): Trial => ({ side, wall, foreign, client: 0, server: 0, peak: 0 });

test('limit and ours enclose each other, and take turns at it', () => {
  assert.deepEqual(order(0), ['limit', 'ours', 'ours', 'limit']);
  assert.deepEqual(order(1), ['ours', 'limit', 'limit', 'ours']);
});

test('a second limit stands between both, on the way there and back', () => {
  assert.deepEqual(order(0, ['limit text']), ['limit', 'limit text', 'ours', 'ours', 'limit text', 'limit']);
  assert.deepEqual(order(1, ['limit text']), ['ours', 'limit text', 'limit', 'limit', 'limit text', 'ours']);
});

test('the median of an even number of values lies between the middle two', () => {
  assert.deepEqual(spread([4, 1, 3, 2]), { median: 2.5, min: 1, max: 4 });
  assert.deepEqual(spread([3, 1, 2]), { median: 2, min: 1, max: 3 });
});

test('half the speed is a ratio of a half', () => {
  const round = [
    trial('limit', 1),
    trial('limit text', 3),
    trial('ours', 2),
    trial('ours', 2),
    trial('limit text', 3),
    trial('limit', 1),
  ];
  assert.equal(ratio(round), 0.5);
  assert.equal(ratio(round, 'limit text'), 1.5);
});

test('a busy machine and a limit that disagrees with itself are reasons not to publish', () => {
  const quiet = [[trial('limit', 1), trial('ours', 1.1), trial('ours', 1.1), trial('limit', 1.1)]];
  assert.deepEqual(noise(0.3, quiet), []);
  assert.match(noise(0.31, quiet).join(), /0\.31 cores were busy before/);
  assert.match(noise(0, [[trial('limit', 1, 0.4), trial('ours', 1, 0.4)]]).join(), /0\.40 cores were busy with something else/);
  assert.match(noise(0, [[trial('limit', 1), trial('limit', 1.2)]]).join(), /differ by 18 %/);
  assert.deepEqual(noise(0, [[trial('limit', 0.04), trial('limit', 0.06)]]), []);
});
