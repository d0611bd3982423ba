import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogicalType } from '../../../domain/types.ts';
import { grammarOf } from './grammar.ts';

const pieces = [
  { property: "it's", value: 'to_json(a::text)::text', native: 'a::text' },
  { property: 'n', value: 'n::text', native: 'n' },
];

test('a server that knows JSON_OBJECT makes objects of values, an older one reads their text', () => {
  const [now, before] = [grammarOf(160_000), grammarOf(150_000)];
  assert.equal(now.sets(pieces, true), `json_object('it''s' value a::text, 'n' value n absent on null returning jsonb)`);
  assert.match(before.sets(pieces, true), /^\('\{' \|\| concat_ws/);
  assert.equal(before.native, undefined);
});

test('what is read as it stands, or lacks a value, stays a text', () => {
  const { sets, native } = grammarOf(180_000);
  const texts = pieces.map(({ property, value }) => ({ property, value }));
  for (const sql of [sets(pieces, false), sets(texts, true), sets([...pieces, ...texts.slice(1)], true)]) {
    assert.match(sql, /^\('\{' \|\| concat_ws/);
  }
  assert.equal(sets([], true), `'{}'::jsonb`);
  const of = (type: LogicalType): string | undefined => native?.({ name: 'x', type, nullable: true }, 'x');
  assert.deepEqual(
    [of({ kind: 'json' }), of({ kind: 'boolean' }), of({ kind: 'integer', bits: 64 }), of({ kind: 'integer', bits: 128 })],
    [undefined, 'x', 'x', 'x::text'],
  );
  assert.deepEqual([of({ kind: 'float', bits: 64 }), of({ kind: 'decimal' }), of({ kind: 'text' })], ['x', 'x::text', 'x::text']);
});
