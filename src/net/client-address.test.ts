import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseNetworks } from './addresses.ts';
import { clientAddress } from './client-address.ts';

const none = parseNetworks('');
const inner = parseNetworks('10.0.0.0/8, ::1');
assert.ok(none && inner);

test('only what trusted proxies wrote counts', () => {
  const cases = [
    ['203.0.113.9', '198.51.100.1', inner, '203.0.113.9'],
    ['10.0.0.1', '198.51.100.1', none, '10.0.0.1'],
    ['10.0.0.1', '198.51.100.1', inner, '198.51.100.1'],
    ['::ffff:10.0.0.1', '198.51.100.1', inner, '198.51.100.1'],
    ['10.0.0.1', '1.2.3.4, 198.51.100.1, 10.0.0.2', inner, '198.51.100.1'],
    ['10.0.0.1', '10.0.0.3, 10.0.0.2', inner, '10.0.0.3'],
    ['10.0.0.1', undefined, inner, '10.0.0.1'],
    ['10.0.0.1', 'unknown', inner, '10.0.0.1'],
    ['10.0.0.1', '198.51.100.1:4711', inner, '10.0.0.1'],
    ['::1', '2001:db8::7', inner, '2001:db8::7'],
  ] as const;
  for (const [remote, forwarded, trusted, expected] of cases)
    assert.equal(clientAddress(remote, forwarded, trusted), expected, forwarded);
});
