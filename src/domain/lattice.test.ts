import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { holds } from './lattice.ts';
import { parseType, typeName, type LogicalType } from './types.ts';

const names = [
  'boolean',
  'tinyint',
  'smallint',
  'integer',
  'bigint',
  'hugeint',
  'decimal',
  'decimal(12,2)',
  'real',
  'double',
  'text',
  'bytes',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'interval',
  'uuid',
  'json',
];
const type: fc.Arbitrary<LogicalType> = fc.oneof(
  fc.constantFrom(...names).map(parseType),
  fc
    .tuple(fc.integer({ min: 1, max: 38 }), fc.integer({ min: 0, max: 10 }))
    .map(([p, s]) => parseType(`decimal(${Math.max(p, s)},${s})`)),
  fc.constantFrom(...names).map((name) => parseType(`${name}[]`)),
);

test('every type holds itself, and text holds everything', () => {
  fc.assert(fc.property(type, (t) => holds(t, t) && holds({ kind: 'text' }, t)));
});

test('holding is transitive', () => {
  fc.assert(
    fc.property(type, type, type, (a, b, c) => !(holds(a, b) && holds(b, c)) || holds(a, c)),
    { numRuns: 5000 },
  );
});

test('two types that hold each other are the same, up to the name of text', () => {
  fc.assert(
    fc.property(type, type, (a, b) => !(holds(a, b) && holds(b, a)) || typeName(a) === typeName(b)),
    { numRuns: 5000 },
  );
});

test('a type reads back from its name', () => {
  fc.assert(fc.property(type, (t) => typeName(parseType(typeName(t))) === typeName(t)));
});

const pairs: readonly (readonly [string, string, boolean])[] = [
  ['bigint', 'integer', true],
  ['integer', 'bigint', false],
  ['decimal', 'bigint', true],
  ['decimal(18,0)', 'bigint', false],
  ['decimal(19,0)', 'bigint', true],
  ['decimal(12,2)', 'decimal(10,2)', true],
  ['decimal(12,2)', 'decimal(12,3)', false],
  ['decimal(12,2)', 'decimal', false],
  ['double', 'bigint', false],
  ['real', 'double', false],
  ['timestamp', 'date', true],
  ['timestamptz', 'timestamp', false],
  ['date', 'timestamp', false],
];
for (const [wide, narrow, expected] of pairs) {
  test(`${wide} ${expected ? 'holds' : 'does not hold'} ${narrow}`, () =>
    assert.equal(holds(parseType(wide), parseType(narrow)), expected));
}
