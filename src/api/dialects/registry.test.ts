/** What holds in every vocabulary. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeadgateError } from '../../domain/error.ts';
import { dialects } from './registry.ts';

for (const { name, toError } of dialects)
  for (const [code, status] of [
    ['request.busy', 409],
    ['request.conflict', 422],
  ] as const)
    test(`${name}: ${code}, of an idempotency key, is ${status}, and no mistake of the request`, () => {
      const error = new HeadgateError(code, 'this idempotency key is taken');
      assert.equal(toError({ at: 'work', error, requestId: 'req_1' }).status, status);
    });
