import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasNestedRepeats } from './nested-repeats.ts';

test('repeats of repeats with nothing between them', () => {
  const unsafe = ['^(a+)+(?<!b)$', '(a*)*', '(?:a+|b)+$', '((a+))*', '(\\w+\\s?)+$', '(?:[a-z]+){2,}', '(.*)+(?=x)'];
  for (const pattern of unsafe) assert.equal(hasNestedRepeats(pattern), true, pattern);
  const safe = [
    '^(?=a)',
    '(?:[a-z]+\\.)+(?!x)',
    '(a|b)+',
    '[(a+)+]+',
    '\\(a+\\)+',
    '(?=.*\\d)(?=.*[a-z]).{8,}',
    '(a+)(b+)',
    '(?:a+){3}',
  ];
  for (const pattern of safe) assert.equal(hasNestedRepeats(pattern), false, pattern);
});
