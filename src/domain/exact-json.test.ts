import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withQuotedNumbers } from './exact-json.ts';

const cases: readonly (readonly [string, string])[] = [
  ['[1, -2, 1.5, 0, 123456789012345]', '[1, -2, 1.5, 0, 123456789012345]'],
  ['[1.10,12345678901234567890,-0,1e3,1E+2,-1.0]', '["1.10","12345678901234567890","-0","1e3","1E+2","-1.0"]'],
  [String.raw`{"1.10":"1.10 \" 1.10 \\","b":1.10}`, String.raw`{"1.10":"1.10 \" 1.10 \\","b":"1.10"}`],
  ['"1.10"', '"1.10"'],
  ['1.10', '"1.10"'],
  ['{"a":[{"b":1.50}]}', '{"a":[{"b":"1.50"}]}'],
];

for (const [json, wanted] of cases) test(`numbers of ${json}`, () => assert.equal(withQuotedNumbers(json), wanted));
