import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { usualUrl } from './url-sql.ts';
import { urlOf } from './url.ts';

test('what SQL takes for a URL that is written as it is delivered is one', () => {
  const text = fc.stringMatching(new RegExp(`^${usualUrl}$`));
  fc.assert(
    fc.property(text, (url) => assert.equal(urlOf(url, { is: 'url' })?.result, url)),
    { numRuns: 2000 },
  );
});
