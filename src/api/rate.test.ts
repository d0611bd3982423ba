import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RateLimit } from './rate.ts';

test('never more than a full bucket and what flowed in', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 600 }),
      fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 200 }),
      (perMinute, waits) => {
        const limit = new RateLimit(perMinute);
        let [now, allowed] = [0, 0];
        for (const wait of waits) {
          now += wait;
          const taken = limit.take('k', now);
          if (taken.allowed) allowed += 1;
          else assert.ok(limit.take('k', (now += taken.retryAfter * 1000)).allowed && ++allowed);
        }
        assert.ok(allowed <= perMinute + (now * perMinute) / 60_000 + 1e-6);
      },
    ),
  );
});

test('keys do not share a bucket', () => {
  const limit = new RateLimit(1);
  assert.deepEqual([limit.take('a', 0).allowed, limit.take('a', 0).allowed, limit.take('b', 0).allowed], [true, false, true]);
  assert.equal(limit.take('c', 0).retryAfter, 60);
});
