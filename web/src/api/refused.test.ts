/** Which refusals end the page: those of the link, and no others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refused } from './refused.ts';

const refusals: readonly (readonly [number, string, boolean])[] = [
  [401, 'access.key', true],
  [403, 'access.link', true],
  [403, 'limit.reached', false],
  [409, 'review.stale', false],
  [0, 'page.offline', false],
];

for (const [status, code, isDead] of refusals)
  test(`${status} ${code}`, () => assert.equal(new Refused(status, { code }).isLinkDead, isDead));
