import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newSecret, rotated, signedHeaders, signing } from './signature.ts';

test('a signature is that of the specification', () => {
  // The example of the Standard Webhooks specification's own libraries.
  const headers = signedHeaders('msg_p5jXN8AQM9LWM0D4loKWxJek', new Date(1_614_265_330_000), '{"test": 2432232314}', [
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  ]);
  assert.deepEqual(headers, {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('a secret has 256 random bits', () => {
  const made = newSecret();
  assert.match(made, /^whsec_[A-Za-z0-9+/]{43}=$/);
  assert.notEqual(made, newSecret());
});

test('after a rotation both secrets sign for a time, then the new one alone', () => {
  const now = new Date('2026-01-01T00:00:00Z');
  const first = { current: newSecret() };
  const second = rotated(first, now, 3600);
  assert.deepEqual(signing(second, new Date('2026-01-01T00:59:59Z')), [second.current, first.current]);
  assert.deepEqual(signing(second, new Date('2026-01-01T01:00:00Z')), [second.current]);
  assert.deepEqual(signing(rotated(first, now, 0), now).length, 1);
  assert.equal(signedHeaders('a', now, 'b', signing(second, now))['webhook-signature']?.split(' ').length, 2);
});
