import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ledgerFindings } from './check.ts';
import type { LedgerRow } from './place.ts';

const row = (fence: string, value: string | null, token = `pub_${fence}`): LedgerRow => ({
  token,
  run: 'run_1',
  fence,
  positions: JSON.stringify({ 'public.orders': { kind: 'cursor', field: 'at', value, bound: value } }),
});

test('a sound ledger has nothing to find', () => {
  assert.deepEqual(ledgerFindings('incremental × merge', [row('1', '9'), row('2', '10'), row('10', '10')], 3), []);
  const times = ['2024-01-01 00:00:00+00', '2024-01-01 00:00:00.5+00', '2024-01-01 00:00:00.500001+00'];
  assert.deepEqual(
    ledgerFindings(
      'incremental × append',
      times.map((time, index) => row(String(index), time)),
      3,
    ),
    [],
  );
  // The first reads found transactions open that might still bring a lower number.
  assert.deepEqual(ledgerFindings('incremental × merge', [row('1', null), row('2', null), row('3', '7')], 3), []);
});

test('a token twice, a fence or a position that goes back, a publish too many or too few', () => {
  assert.equal(ledgerFindings('incremental × merge', [row('1', '1', 'pub'), row('2', '2', 'pub')], 2).length, 1);
  assert.equal(ledgerFindings('incremental × merge', [row('2', '1'), row('1', '2')], 2).length, 1);
  assert.equal(ledgerFindings('incremental × merge', [row('1', '10'), row('2', '9')], 2).length, 1);
  assert.equal(ledgerFindings('incremental × merge', [row('1', '10'), row('2', null)], 2).length, 1);
  assert.equal(ledgerFindings('snapshot × append', [row('1', ''), row('2', '')], 1).length, 1);
  assert.equal(ledgerFindings('snapshot × replace', [row('1', '')], 2).length, 1);
  assert.equal(ledgerFindings('incremental × merge', [], 1).length, 1);
});
