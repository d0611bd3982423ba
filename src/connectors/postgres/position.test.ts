import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeadgateError } from '../../domain/error.ts';
import type { CursorPolicy, Window } from '../../domain/policy.ts';
import type { Field } from '../../domain/schema.ts';
import type { LogicalType } from '../../domain/types.ts';
import { startOf, unseenPredicate, type CursorPosition } from './position.ts';
import { nativeType } from './types.ts';

const of = (type: LogicalType): Field => ({
  name: 'c',
  type,
  nullable: false,
  native: { system: 'postgres', type: nativeType(type), portable: true },
});
const time = of({ kind: 'timestamp', zone: true });
const number = of({ kind: 'integer', bits: 64 });
const base: Window = { fromInclusive: true, toInclusive: true, advance: 'max-read' };
const policy = (window: Partial<Window> = {}, strict = false): CursorPolicy => ({
  field: 'c',
  window: { ...base, ...window },
  nulls: 'include',
  strict,
});
const saved = (
  bound: string,
  more: Partial<CursorPosition> = {},
): CursorPosition & Record<string, string | number | boolean | null> => ({
  kind: 'cursor',
  field: 'c',
  value: bound,
  bound,
  snapshot: '700:710:701',
  at: '2024-01-01 00:00:00+00',
  open: 0,
  visible: true,
  ...more,
});

test('a quiet source is read from the bound on', () => {
  assert.deepEqual(startOf(policy(), number, saved('7'), true), { lower: `'7'::bigint`, warnings: [] });
  assert.deepEqual(startOf(policy(), number, undefined, true), { warnings: [] });
});

test('numbers ask for unseen rows where something was open, times do not need to', () => {
  assert.equal(startOf(policy(), number, saved('7', { open: 1 }), true).unseen, '700:710:701');
  assert.equal(startOf(policy(), number, saved('7', { visible: false }), true).unseen, '700:710:701');
  assert.equal(startOf(policy(), number, saved('7', { open: 1 }), false).unseen, undefined);
  assert.equal(startOf(policy({ lookback: '5' }), number, saved('7', { open: 1 }), true).unseen, undefined);
  assert.equal(startOf(policy(), time, saved('2024-01-01', { open: 1 }), true).unseen, undefined);
  assert.equal(startOf(policy({}, true), time, saved('2024-01-01'), true).unseen, '700:710:701');
});

test('a lookback shifts the query; blindness brings one of its own', () => {
  const at = `'2024-01-01'::timestamp with time zone`;
  assert.equal(startOf(policy({ lookback: '1 hour' }), time, saved('2024-01-01'), true).lower, `${at} - '1 hour'::interval`);
  assert.equal(startOf(policy(), time, saved('2024-01-01', { visible: false }), true).lower, `${at} - '10 minutes'::interval`);
  assert.equal(startOf(policy({ lookback: '5' }), number, saved('7'), true).lower, `'7'::bigint - 5`);
  assert.throws(() => startOf(policy({ lookback: '1; drop' }), number, saved('7'), true), HeadgateError);
});

test('a position of something else means the beginning, with a warning', () => {
  for (const from of [{ kind: 'snapshot' }, { ...saved('7'), field: 'other' }, 7, 'x']) {
    const start = startOf(policy(), number, from, true);
    assert.equal(start.lower, undefined);
    assert.equal(start.warnings.length, 1);
  }
});

test('a snapshot that is none is refused', () => {
  assert.throws(() => unseenPredicate(`1' or true`), HeadgateError);
});

/** The predicate's arithmetic, as the server does it. */
function unseen(xmin: bigint, next: bigint, oldest: bigint): boolean {
  return xmin >= 3n && next - ((next - xmin) & 4294967295n) >= oldest;
}

test('writers are compared over wraparounds, and never missed', () => {
  const turn = 1n << 32n;
  for (const epoch of [0n, 1n, 2n]) {
    const oldest = epoch * turn + 1000n;
    const next = oldest + 50n;
    const low = (full: bigint): bigint => full & 4294967295n;
    assert.equal(unseen(low(oldest), next, oldest), true);
    assert.equal(unseen(low(next - 1n), next, oldest), true);
    assert.equal(unseen(low(oldest - 1n), next, oldest), false);
  }
  const across = 2n * turn - 5n;
  assert.equal(unseen(10n, 2n * turn + 20n, across), true);
  assert.equal(unseen(4294967293n, 2n * turn + 20n, across), true);
  assert.equal(unseen(2n, 2n * turn + 20n, across), false);
});
