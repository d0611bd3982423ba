/** Random rules over random rows: a slow evaluator in plain JavaScript, written from docs/rules.md, agrees with the SQL. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import type { Comparison, Condition, Rule } from '../domain/rules.ts';
import { openBench, type Row } from './rules-harness.ts';

const bench = await openBench();
after(() => bench[Symbol.asyncDispose]());

/** Texts of each type with the value that they stand for: something that JavaScript orders; undefined = it does not fit. */
const pools = {
  integer: new Map<string, number | undefined>([
    ['1', 1],
    ['01', 1],
    ['+1', 1],
    ['1.0', 1],
    [' 1 ', 1],
    ['-5', -5],
    ['12', 12],
    ['x', undefined],
    ['1.5', undefined],
    ['2147483648', undefined],
  ]),
  'decimal(6,2)': new Map<string, number | undefined>([
    ['1', 1],
    ['1.00', 1],
    ['1.010', 1.01],
    ['-5', -5],
    ['9999.99', 9999.99],
    ['10000', undefined],
    ['0.001', undefined],
  ]),
  date: new Map<string, string | undefined>([
    ['2024-02-29', '2024-02-29'],
    ['2024-02-29 00:00:00', '2024-02-29'],
    ['2024-03-01', '2024-03-01'],
    ['2023-02-29', undefined],
  ]),
  text: new Map<string, string | undefined>(['a', 'A', ' a', 'ab', 'aab', '😀', 'b"c', 'a\nb'].map((text) => [text, text])),
} as const;
type Type = keyof typeof pools;

const types: Readonly<Record<string, Type>> = { i: 'integer', j: 'integer', d: 'decimal(6,2)', t: 'date', s: 'text', u: 'text' };
const names = Object.keys(types);
const constants: Readonly<Record<Type, readonly string[]>> = {
  integer: ['-5', '0', '1', '12'],
  'decimal(6,2)': ['-5', '1.00', '1.01'],
  date: ['2024-02-29', '2024-03-01'],
  text: ['a', 'ab', '😀'],
};

const typeOf = (name: string): Type => types[name] ?? 'text';
const cell = (name: string): fc.Arbitrary<string | null> =>
  fc.oneof(
    { arbitrary: fc.constantFrom(null, '', ' '), weight: 1 },
    { arbitrary: fc.constantFrom(...pools[typeOf(name)].keys()), weight: 4 },
  );
const rows: fc.Arbitrary<readonly Row[]> = fc.array(fc.tuple(...names.map(cell)), { minLength: 1, maxLength: 25 });

const field = fc.constantFrom(...names);
const ordered = fc.constantFrom('i', 'j', 'd', 't');
const is = fc.constantFrom<Comparison>('=', '!=', '<', '<=', '>', '>=');
const pairs = fc.constantFrom<readonly [string, string]>(['i', 'j'], ['i', 'd'], ['s', 'u'], ['t', 't']);
const leaf: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ field, is: fc.constantFrom('empty' as const, 'present' as const) }),
  field.chain((name) => fc.record({ field: fc.constant(name), is, value: fc.constantFrom(...constants[typeOf(name)]) })),
  fc.tuple(pairs, is).map(([[left, other], sign]) => ({ field: left, is: sign, other })),
  field.chain((name) => fc.record({ field: fc.constant(name), in: fc.subarray([...constants[typeOf(name)]], { minLength: 1 }) })),
);
const condition: fc.Arbitrary<Condition> = fc.letrec<{ any: Condition }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 2 },
    leaf,
    fc.record({ all: fc.array(tie('any'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('any'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie('any') }),
  ),
})).any;

type Given = Rule extends infer R ? (R extends Rule ? Omit<R, 'level'> : never) : never;
const fieldSet = fc.subarray(names, { minLength: 2, maxLength: 3 });
const rule: fc.Arbitrary<Given> = fc.oneof(
  fc.record({ rule: fc.constant('required' as const), field }),
  ordered.chain((name) => {
    const bound = fc.constantFrom(...constants[typeOf(name)]);
    return fc.record({ rule: fc.constant('range' as const), field: fc.constant(name), min: bound, max: bound });
  }),
  fc.record({ rule: fc.constant('length' as const), field, min: fc.nat(3), max: fc.integer({ min: 2, max: 8 }) }),
  fc.record({
    rule: fc.constant('pattern' as const),
    field,
    pattern: fc.constantFrom('a', '^a+b?$', '(.)\\1', '[^\\d ]', '(?!a)^.'),
    ignoreCase: fc.boolean(),
    excludes: fc.boolean(),
  }),
  field.map((name): Given => ({ rule: 'enum', field: name, values: constants[typeOf(name)], ignoreCase: false })),
  fc.record({
    rule: fc.constant('unique' as const),
    fields: fc.oneof(
      field.map((name) => [name]),
      fieldSet,
    ),
    ignoreCase: fc.boolean(),
  }),
  fc.tuple(pairs, is).map(([[left, right], sign]): Given => ({ rule: 'compare', left, is: sign, right })),
  fc.record({ rule: fc.constant('requiredIf' as const), field, when: condition }),
  fc.record({ rule: fc.constant('exactlyOneOf' as const), fields: fieldSet }),
  condition.map((that): Given => ({ rule: 'check', that })),
);

type Value = number | string;
/** undefined = it does not fit its type, null = empty. */
function valueOf(row: Row, name: string): Value | null | undefined {
  const text = textOf(row, name);
  if (isEmpty(row, name)) return null;
  return pools[typeOf(name)].get(text ?? '');
}
const textOf = (row: Row, name: string): string | null => row[names.indexOf(name)] ?? null;
const isEmpty = (row: Row, name: string): boolean => (textOf(row, name) ?? '').trim() === '';
const constantOf = (name: string, text: string): Value => pools[typeOf(name)].get(text) ?? Number(text);

function compares(left: Value | null | undefined, sign: Comparison, right: Value | null | undefined): boolean {
  if (left == null || right == null) return false;
  const order =
    typeof left === 'string' && typeof right === 'string'
      ? Buffer.compare(Buffer.from(left), Buffer.from(right))
      : Number(left) - Number(right);
  return { '=': order === 0, '!=': order !== 0, '<': order < 0, '<=': order <= 0, '>': order > 0, '>=': order >= 0 }[sign];
}

function holds(given: Condition, row: Row): boolean {
  if ('all' in given) return given.all.every((part) => holds(part, row));
  if ('any' in given) return given.any.some((part) => holds(part, row));
  if ('not' in given) return !holds(given.not, row);
  const value = valueOf(row, given.field);
  if ('in' in given) return given.in.some((text) => compares(value, '=', constantOf(given.field, text)));
  if ('other' in given) return compares(value, given.is, valueOf(row, given.other));
  if ('value' in given) return compares(value, given.is, constantOf(given.field, given.value));
  return isEmpty(row, given.field) === (given.is === 'empty');
}

/** Does a condition look at a value that does not fit? Then the rule is not asked. */
function unsure(given: Condition, row: Row): boolean {
  if ('all' in given) return given.all.some((part) => unsure(part, row));
  if ('any' in given) return given.any.some((part) => unsure(part, row));
  if ('not' in given) return unsure(given.not, row);
  if (!('in' in given) && !('value' in given) && !('other' in given)) return false;
  return valueOf(row, given.field) === undefined || ('other' in given && valueOf(row, given.other) === undefined);
}

function keyOf(fields: readonly string[], ignoreCase: boolean, row: Row): string | undefined {
  const values = fields.map((name) => valueOf(row, name));
  if (values.includes(undefined) || values.every((value) => value === null)) return undefined;
  return JSON.stringify(values.map((value) => (ignoreCase && typeof value === 'string' ? value.toLowerCase() : value)));
}

function breaks(given: Given, row: Row, all: readonly Row[]): boolean {
  switch (given.rule) {
    case 'required':
      return isEmpty(row, given.field);
    case 'range': {
      const value = valueOf(row, given.field);
      const below = compares(value, '<', constantOf(given.field, given.min ?? ''));
      return below || compares(value, '>', constantOf(given.field, given.max ?? ''));
    }
    case 'length': {
      const { length } = [...(textOf(row, given.field) ?? '')];
      return !isEmpty(row, given.field) && (length < (given.min ?? 0) || length > (given.max ?? 0));
    }
    case 'pattern': {
      const found = new RegExp(given.pattern, given.ignoreCase ? 'iu' : 'u').test(textOf(row, given.field) ?? '');
      return !isEmpty(row, given.field) && found === given.excludes;
    }
    case 'enum':
      return !isEmpty(row, given.field) && !given.values.includes(textOf(row, given.field) ?? '');
    case 'unique': {
      const key = keyOf(given.fields, given.ignoreCase, row);
      return key !== undefined && all.filter((other) => keyOf(given.fields, given.ignoreCase, other) === key).length > 1;
    }
    case 'compare': {
      const [left, right] = [valueOf(row, given.left), valueOf(row, given.right)];
      return left != null && right != null && !compares(left, given.is, right);
    }
    case 'requiredIf':
      return isEmpty(row, given.field) && !unsure(given.when, row) && holds(given.when, row);
    case 'exactlyOneOf':
      return given.fields.filter((name) => !isEmpty(row, name)).length !== 1;
    case 'check':
      return !unsure(given.that, row) && !holds(given.that, row);
  }
}

test('the SQL refuses what plain JavaScript refuses, and says the same about it', async () => {
  await fc.assert(
    fc.asyncProperty(rows, fc.array(rule, { minLength: 1, maxLength: 5 }), async (given, asked) => {
      const enums = new Set<string>();
      const chosen = asked.filter((one) => one.rule !== 'enum' || (!enums.has(one.field) && enums.add(one.field)));
      const judged = await bench.judge(schemaOf(chosen), given);
      const inOrder = [...chosen.filter(isOfField), ...chosen.filter((one) => !isOfField(one))];
      const expected = given.map((row) => [
        ...names.filter((name) => valueOf(row, name) === undefined).map((name) => `${name} value.invalid`),
        ...inOrder.filter((one) => breaks(one, row, given)).map((one) => `rule.${one.rule}`),
      ]);
      const actual = given.map((_, at) =>
        judged.rejects
          .filter((line) => line.startsWith(`${at + 1} `))
          .map((line) => line.split(' ').slice(1).join(' '))
          .map((line) => (line.endsWith('value.invalid') ? line : line.slice(line.indexOf('rule.')))),
      );
      assert.deepEqual(
        actual.map((lines) => lines.toSorted()),
        expected.map((lines) => lines.toSorted()),
        JSON.stringify({ rules: chosen, given }),
      );
      assert.equal(judged.rejected, expected.filter((lines) => lines.length > 0).length);
      assert.equal(judged.rejected + (await bench.count()), given.length);
    }),
    { numRuns: 60 },
  );
});

const isOfField = (one: Given): one is Given & { field: string } => 'field' in one && one.rule !== 'requiredIf';

function schemaOf(rules: readonly Given[]): unknown {
  return {
    fields: names.map((name) => ({
      name,
      type: typeOf(name),
      rules: rules.filter((one) => isOfField(one) && one.field === name).map(({ ...one }) => ({ ...one, field: undefined })),
    })),
    rules: rules.filter((one) => !isOfField(one)),
  };
}
