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
        let [now, allowed] = [0, 0];
        const limit = new RateLimit(perMinute, () => now);
        for (const wait of waits) {
          now += wait;
          const taken = limit.take('k');
          if (!taken.allowed) {
            now += taken.retryAfter * 1000;
            assert.ok(limit.take('k').allowed);
          }
          allowed += 1;
        }
        assert.ok(allowed <= perMinute + (now * perMinute) / 60_000 + 1e-6);
      },
    ),
  );
});

test('keys do not share a bucket', () => {
  const limit = new RateLimit(1, () => 0);
  assert.deepEqual([limit.take('a').allowed, limit.take('a').allowed, limit.take('b').allowed], [true, false, true]);
  assert.equal(limit.take('c').retryAfter, 60);
});
