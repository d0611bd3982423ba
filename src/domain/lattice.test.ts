import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { typeNames } from '../../test/types/names.ts';
import { holds, join } from './lattice.ts';
import { parseType, typeName, type LogicalType } from './types.ts';

const type: fc.Arbitrary<LogicalType> = fc.oneof(
  fc.constantFrom(...typeNames).map(parseType),
  fc
    .tuple(fc.integer({ min: 1, max: 38 }), fc.integer({ min: 0, max: 10 }))
    .map(([p, s]) => parseType(`decimal(${Math.max(p, s)},${s})`)),
  fc.constantFrom(...typeNames).map((name) => parseType(`${name}[]`)),
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

test('an unsigned 64-bit integer needs 20 digits, and a larger type beside a signed one', () => {
  const unsigned: LogicalType = { kind: 'integer', bits: 64, unsigned: true };
  assert.deepEqual(
    ['decimal(19,0)', 'decimal(20,0)', 'hugeint'].map((name) => holds(parseType(name), unsigned)),
    [false, true, true],
  );
  assert.deepEqual(join(unsigned, parseType('bigint')), parseType('hugeint'));
  assert.deepEqual(join(unsigned, parseType('decimal(4,2)')), parseType('decimal(22,2)'));
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

test('a join holds both, whichever comes first, and is text only where one of them is', () => {
  fc.assert(
    fc.property(type, type, (a, b) => {
      const joined = join(a, b);
      if (!joined) return !holds(a, b) || a.kind === 'text';
      const other = join(b, a);
      const both = holds(joined, a) && holds(joined, b) && other !== undefined && typeName(other) === typeName(joined);
      return both && (joined.kind !== 'text' || a.kind === 'text' || b.kind === 'text');
    }),
    { numRuns: 5000 },
  );
});

const joins: readonly (readonly [string, string, string | undefined])[] = [
  ['integer', 'bigint', 'bigint'],
  ['decimal(6,2)', 'decimal(12,2)', 'decimal(12,2)'],
  ['decimal(10,2)', 'decimal(8,4)', 'decimal(12,4)'],
  ['integer', 'decimal(4,2)', 'decimal(12,2)'],
  ['bigint', 'decimal', 'decimal'],
  ['real', 'double', 'double'],
  ['date', 'timestamp', 'timestamp'],
  ['integer[]', 'bigint[]', 'bigint[]'],
  ['integer', 'double', undefined],
  ['bigint', 'text', undefined],
  ['timestamp', 'timestamptz', undefined],
  ['text', 'text', undefined],
];

for (const [a, b, expected] of joins) {
  test(`${a} and ${b} join to ${expected ?? 'nothing'}`, () => {
    const joined = join(parseType(a), parseType(b));
    assert.equal(joined && typeName(joined), expected);
  });
}
