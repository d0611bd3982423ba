import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeadgateError } from '../domain/error.ts';
import { literalProblem } from './literal.ts';
import { parseType } from '../domain/types.ts';
import { parseSchemaFile } from './schema-file.ts';

const parse = (schema: unknown) => parseSchemaFile(JSON.stringify(schema), 's.json');

test('fields and rules become plain data, with everything said', () => {
  const { fields, rules } = parse({
    fields: [
      { name: 'id', from: ['ID', 'Id'], type: 'bigint', rules: ['required', 'unique'] },
      {
        name: 'mail',
        from: 'E-mail',
        trim: true,
        case: 'lower',
        rules: [{ rule: 'length', max: 9, level: 'warning', message: 'long' }],
      },
    ],
    rules: [{ rule: 'requiredIf', field: 'mail', when: { field: 'id', is: '>', value: 5 } }],
  });
  assert.deepEqual(fields, [
    { name: 'id', from: ['ID', 'Id'], type: { kind: 'integer', bits: 64 }, trim: false },
    { name: 'mail', from: ['E-mail'], type: { kind: 'text' }, trim: true, case: 'lower' },
  ]);
  assert.deepEqual(rules, [
    { rule: 'required', level: 'error', field: 'id' },
    { rule: 'unique', ignoreCase: false, level: 'error', fields: ['id'] },
    { rule: 'length', max: 9, level: 'warning', message: 'long', field: 'mail' },
    { rule: 'requiredIf', level: 'error', field: 'mail', when: { field: 'id', is: '>', value: '5' } },
  ]);
});

const field = (more: object) => ({
  fields: [
    { name: 'a', ...more },
    { name: 'b', type: 'date' },
  ],
});
const rule = (given: object) => ({ ...field({ type: 'integer' }), rules: [given] });
const refused: readonly (readonly [unknown, RegExp])[] = [
  [[], /the file: /],
  [{ fields: [] }, /^fields: /],
  [{ fields: [{ nam: 'a' }] }, /fields\[0\]\.name: .*; fields\[0\]: .*nam/],
  [field({ rules: ['requird'] }), /fields\[0\]\.rules\[0\]/],
  [field({ rules: [{ rule: 'range', min: 1 }] }), /range of a: a text has no range/],
  [field({ type: 'integer', rules: [{ rule: 'range' }] }), /range of a: give min, max or both/],
  [field({ type: 'integer', rules: [{ rule: 'range', max: 3000000000 }] }), /range of a: "3000000000" is not a integer/],
  [field({ type: 'bigint', rules: [{ rule: 'range', max: 2 ** 60 }] }), /number of this size/],
  [field({ type: 'decimal(4,2)', rules: [{ rule: 'range', max: 1.005 }] }), /is not a decimal\(4,2\)/],
  [field({ rules: [{ rule: 'pattern', pattern: '(' }] }), /no JavaScript pattern/],
  [
    field({
      rules: [
        { rule: 'enum', values: ['x'] },
        { rule: 'enum', values: ['y'] },
      ],
    }),
    /one enum at most/,
  ],
  [field({ type: 'integer', default: 'x' }), /the default of a: "x" is not a integer/],
  [{ fields: [{ name: 'a' }, { name: 'a' }] }, /two fields are called a/],
  [rule({ rule: 'compare', left: 'a', is: '<', right: 'b' }), /a is a integer, which does not compare with a date/],
  [rule({ rule: 'unique', fields: ['a', 'aa'] }), /there is no field aa; did you mean a\?/],
  [rule({ rule: 'unique', fields: ['a', 'a'] }), /a field is named twice/],
  [rule({ rule: 'check', that: { any: [{ not: { field: 'b', is: '=', value: '2023-02-29' } }] } }), /"2023-02-29" is not a date/],
  [rule({ rule: 'requiredIf', field: 'a', when: { field: 'c', is: 'empty' } }), /there is no field c/],
  [rule({ rule: 'check', that: { field: 'a', is: '=' } }), /rules\[0\]\.that/],
];

test('every mistake of a schema is named with its place', () => {
  for (const [schema, message] of refused) {
    assert.throws(
      () => parse(schema),
      (error) => {
        assert.ok(error instanceof HeadgateError && error.code === 'usage.schema', String(error));
        assert.match(error.message.replace('reading s.json: ', ''), message);
        return true;
      },
    );
  }
  assert.throws(() => parseSchemaFile('{', 's.json'), { code: 'usage.schema', message: 'reading s.json: it is not JSON' });
  assert.throws(() => parse(field({ type: 'integre' })), { code: 'usage.type' });
});

const constants: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['tinyint', ['-128', '127'], ['128', '1.0', '', ' 1']],
  ['hugeint', ['170141183460469231731687303715884105727'], ['170141183460469231731687303715884105728']],
  ['decimal(4,2)', ['99.99', '-0.1', '007'], ['100', '0.001', '1e1', '.5']],
  ['real', ['1.5', '-2e3'], ['1e39', 'NaN']],
  ['boolean', ['true'], ['yes']],
  ['date', ['2024-02-29', '1900-02-28'], ['1900-02-29', '2024-13-01', '2024-1-1', '2024-04-31']],
  ['time', ['23:59:59.999999'], ['24:00:00', '10:00']],
  ['timestamp', ['2024-01-01 10:00:00', '2024-01-01T10:00:00.5'], ['2024-01-01', '2024-01-01 10:00:00Z']],
  ['timestamptz', ['2024-01-01T10:00:00Z', '2024-01-01 10:00:00+02:00'], ['2024-01-01 10:00:00']],
  ['uuid', ['6F1C2A7E-1D52-4B7E-9A51-0A1B2C3D4E5F'], ['6f1c']],
  ['text', ['', 'x'], []],
  ['decimal', [], ['1']],
  ['json', [], ['1']],
];

test('constants are values of their type', () => {
  for (const [type, good, bad] of constants) {
    for (const text of good) assert.equal(literalProblem(parseType(type), text), undefined, `${type} ${text}`);
    for (const text of bad) assert.notEqual(literalProblem(parseType(type), text), undefined, `${type} ${text}`);
  }
});
