import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainNames } from './plain-names.ts';

test('names become plain in the order of the rules: characters, white space, digits, length, doubles', () => {
  assert.deepEqual(plainNames(['Unit price ($)', '2nd  id', 'a_b', 'A-b', '', '!!', 'a_b']), [
    'Unit_price',
    'c2nd_id',
    'a_b',
    'Ab',
    'column_5',
    'column_6',
    'a_b_2',
  ]);
  assert.equal(plainNames(['x'.repeat(200)])[0]?.length, 127);
  assert.deepEqual(plainNames(['x'.repeat(127), 'x'.repeat(130)]).at(1), `${'x'.repeat(125)}_2`);
});
