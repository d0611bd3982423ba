/** What holds where a workspace says nothing else: the vendor's page of 2026. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationMs } from '../../../domain/duration.ts';
import { attributeLimits, catchUp, mostActive, mostAttributes, mostColumns, mostRows } from './limits.ts';

test('limits are those of the vendor until a workspace has its own', () => {
  assert.deepEqual([mostActive({}), mostColumns, mostAttributes], [5, 100, 100]);
  assert.deepEqual(attributeLimits, { name: 256, value: 4096, list: { entries: 1000, entry: 512 } });
  const rows = (['hourly', 'daily', 'weekly', 'monthly', 'once', 'on_demand'] as const).map((quota) => mostRows(quota) / 1e6);
  assert.deepEqual(rows, [5, 120, 200, 200, 120, 120]);
  const days = (['hourly', 'daily', 'weekly', 'monthly'] as const).map(
    (frequency) => durationMs(catchUp({}, frequency)) / durationMs('1d'),
  );
  assert.deepEqual(days, [7, 183, 3 * 365, 5 * 365]);
  assert.equal(catchUp({ catch_up: { hourly: '3h' } }, 'hourly'), '3h');
  assert.equal(mostActive({ active: 7 }), 7);
});
