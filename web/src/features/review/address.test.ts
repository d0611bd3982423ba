import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { firstRequest, fromHash, toHash } from './address.ts';

const counts = { rows: 10, invalid: 2, warned: 1, edited: 0, removed: 0, byColumn: {} };
const columns = [{ id: 'c0', field: 'a', label: 'A' }];

suite('which rows the address means', () => {
  test('what is written is read', () => {
    const request = { filter: 'errors', column: 'c0', message: 'Not a & date = #', search: 'ä b' } as const;
    assert.deepEqual(fromHash(toHash(request)), request);
  });

  test('opens with what needs somebody', () => {
    assert.deepEqual(firstRequest({ counts, columns }, ''), { filter: 'errors' });
    assert.deepEqual(firstRequest({ counts: { ...counts, invalid: 0 }, columns }, ''), { filter: 'warnings' });
    assert.deepEqual(firstRequest({ counts: { ...counts, invalid: 0, warned: 0 }, columns }, ''), { filter: 'all' });
  });

  test('a column that is no more is forgotten, and so is nonsense', () => {
    assert.deepEqual(firstRequest({ counts, columns }, '#show=all&column=c9'), { filter: 'errors' });
    assert.deepEqual(firstRequest({ counts, columns }, '#show=nonsense'), { filter: 'errors' });
  });
});
