import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { IdentifierRules } from '../sdk/index.ts';
import { neverInNames } from '../connectors/mysql/names.ts';
import { columnNames, extendNames, readNames } from './names.ts';

const postgres: IdentifierRules = { maxBytes: 63, foldsCase: false, reserved: ['ctid', 'xmin'] };
const duckdb: IdentifierRules = { maxBytes: 1024, foldsCase: true };
const mysql: IdentifierRules = { maxBytes: 64, foldsCase: true, never: neverInNames };
const long = (end: string): string => `${'x'.repeat(69)}${end}`;

test('a name that fits is kept as it is, whatever it is', () => {
  const names = ['id', 'Id', 'select', 'order', 'a b', 'größe', '📦', '__proto__', 'constructor', 'a"b'];
  assert.deepEqual(columnNames(names, postgres, {}, []), names);
});

test('names that share 63 bytes stay two columns, and characters stay whole', () => {
  const names = columnNames([long('a'), long('b'), `${'x'.repeat(54)}👩‍👩‍👧x`], postgres, {}, []);
  assert.equal(new Set(names).size, 3);
  for (const name of names) assert.ok(Buffer.byteLength(name) <= 63, name);
  assert.match(names[0] ?? '', /^x{56}_[0-9a-f]{6}$/);
  assert.match(names[2] ?? '', /^x{54}_[0-9a-f]{6}$/);
});

test('names that the destination takes for one get a digest, in the order of the stream', () => {
  assert.deepEqual(columnNames(['Id', 'id', 'ID'], duckdb, {}, []).slice(0, 1), ['Id']);
  assert.equal(new Set(columnNames(['Id', 'id', 'ID'], duckdb, {}, []).map((name) => name.toLowerCase())).size, 3);
  assert.deepEqual(columnNames(['Id'], duckdb, {}, ['ID']), ['ID']);
  assert.deepEqual(columnNames(['Id', 'id'], duckdb, {}, ['id']).slice(1), ['id']);
});

test("a system's own names, an empty name and a NUL become columns all the same", () => {
  for (const name of ['ctid', 'XMIN']) assert.match(columnNames([name], postgres, {}, [])[0] ?? '', /^(ctid|XMIN)_[0-9a-f]{6}$/);
  assert.match(columnNames([''], postgres, {}, [])[0] ?? '', /^column_/);
  assert.doesNotMatch(columnNames(['a\0b'], postgres, {}, [])[0] ?? '', /\0/);
});

test('what a system keeps in no name goes, and a digest tells such names apart', () => {
  const names = columnNames(['größe', '📦', '📦📦', 'a ', 'a', 'box 📦', ' b'], mysql, {}, []);
  assert.deepEqual([names[0], names[4], names[6]], ['größe', 'a', ' b']);
  for (const [at, start] of [
    [1, 'column_'],
    [2, 'column_'],
    [3, 'a_'],
    [5, 'box _'],
  ] as const) {
    assert.match(names[at] ?? '', new RegExp(`^${start}[0-9a-f]{6}$`));
  }
  assert.equal(new Set(names).size, names.length);
  assert.notEqual(columnNames(['i', 'İ'], mysql, {}, [])[1], 'İ');
});

test('a name that was given stays when the stream changes its order or gains fields', () => {
  const first = ['id', 'Id'];
  const columns = columnNames(first, duckdb, {}, []);
  const known = readNames(extendNames({}, first, columns));
  const later = ['ID', 'Id', 'other', 'id'];
  const again = columnNames(later, duckdb, known, ['other', ...columns]);
  assert.deepEqual([again[1], again[3], again[2]], [columns[1], columns[0], 'other']);
  assert.deepEqual(Object.keys(extendNames(known, later, again)).slice(0, 1), ['Id']);
});

const name = fc.oneof(fc.constantFrom('id', 'ID', 'Id', long('a'), long('b'), 'ctid', '', '📦'.repeat(20)), fc.string());

test('columns are distinct and fit, and the map answers the same again in any order', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(name),
      fc.constantFrom(postgres, duckdb, mysql),
      fc.uniqueArray(name),
      (wanted, rules, existing) => {
        const columns = columnNames(wanted, rules, {}, existing);
        const folded = columns.map((column) => (rules.foldsCase ? column.toLowerCase() : column));
        const fits = columns.every((column) => existing.includes(column) || Buffer.byteLength(column) <= rules.maxBytes);
        const known = extendNames({}, wanted, columns);
        const reversed = columnNames([...wanted].reverse(), rules, known, [...existing, ...columns]).toReversed();
        return new Set(folded).size === columns.length && fits && JSON.stringify(reversed) === JSON.stringify(columns);
      },
    ),
    { numRuns: 1000 },
  );
});
