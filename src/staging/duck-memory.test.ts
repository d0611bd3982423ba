import assert from 'node:assert/strict';
import { test } from 'node:test';
import { longestRecord, poolOf } from './duck-memory.ts';

const GiB = 1024 ** 3;

test('the amount is for all that DuckDB takes', () => {
  const table = [
    ['512MiB', 372 * 1024 ** 2],
    ['2 GiB', 2 * GiB - 140 * 1024 ** 2],
    ['1.5GB', 1_500_000_000 - 140 * 1024 ** 2],
    ['240MiB', 104 * 1024 ** 2],
    ['100MB', 50_000_000],
    ['64kib', 32_768],
  ] as const;
  for (const [text, bytes] of table) assert.equal(poolOf(text, 8 * GiB), bytes, text);
});

test('a record may be as long as three buffers with room for it leave space in the pool', () => {
  const MiB = 1024 ** 2;
  assert.equal(longestRecord(poolOf(undefined, 32 * GiB)), 32 * MiB);
  assert.equal(longestRecord(poolOf('396MiB', GiB)), 32 * MiB);
  assert.equal(longestRecord(poolOf('256MiB', GiB)), 14.5 * MiB);
});

test('left out, it is a quarter of the machine, at most 1 GiB', () => {
  assert.equal(poolOf(undefined, 32 * GiB), GiB - 140 * 1024 ** 2);
  assert.equal(poolOf('', 2 * GiB), 372 * 1024 ** 2);
});

test('what is no amount is said so', () => {
  for (const text of ['lots', '12', '-1GB', '1e9MB', "1GB'; select"])
    assert.throws(() => poolOf(text, GiB), { code: 'usage.arguments' }, text);
});
