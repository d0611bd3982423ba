import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openBench, type Row } from './rules-harness.ts';

const bench = await openBench();
after(() => bench[Symbol.asyncDispose]());

interface Case {
  readonly name: string;
  readonly schema: unknown;
  /** Each row with the codes (and fields) that refuse it; none = it passes. */
  readonly rows: readonly (readonly [Row, ...string[]])[];
}

const one = (type: string, rule: unknown, more: object = {}) => ({ fields: [{ name: 'a', type, rules: [rule], ...more }] });
const two = (types: readonly [string, string], rule: unknown) => ({
  fields: [
    { name: 'a', type: types[0] },
    { name: 'b', type: types[1] },
  ],
  rules: [rule],
});
const row = (given: string | null, ...codes: string[]): readonly [Row, ...string[]] => [
  [given],
  ...codes.map((code) => `a ${code}`),
];
const pair = (a: string | null, b: string | null, ...codes: string[]): readonly [Row, ...string[]] => [[a, b], ...codes];

const cases: readonly Case[] = [
  {
    name: 'required: nothing, the empty text and white space are empty',
    schema: one('text', 'required'),
    rows: [row('x'), row(null, 'rule.required'), row('', 'rule.required'), row(' \t\u{a0}', 'rule.required')],
  },
  {
    name: 'required number: a blank cell is empty, a wrong one is only wrong',
    schema: one('integer', 'required'),
    rows: [row('1'), row('  ', 'rule.required'), row('x', 'value.invalid'), row(null, 'rule.required')],
  },
  {
    name: 'range of whole numbers, both bounds included',
    schema: one('bigint', { rule: 'range', min: '-9007199254740993', max: 5 }),
    rows: [
      row('-9007199254740993'),
      row('-9007199254740994', 'rule.range'),
      row('5'),
      row('6', 'rule.range'),
      row(null),
      row(''),
    ],
  },
  {
    name: 'range of decimals, digit by digit; what would be rounded is a wrong value',
    schema: one('decimal(20,2)', { rule: 'range', max: '123456789012345678.01' }),
    rows: [row('123456789012345678.01'), row('123456789012345678.02', 'rule.range'), row('1.005', 'value.invalid')],
  },
  {
    name: 'range of dates, times and floats',
    schema: {
      fields: [
        { name: 'a', type: 'date', rules: [{ rule: 'range', min: '2000-01-01', max: '2000-12-31' }] },
        { name: 'b', type: 'timestamptz', rules: [{ rule: 'range', max: '2000-01-01T00:00:00Z' }] },
        { name: 'c', type: 'double', rules: [{ rule: 'range', min: 0, max: '1.5' }] },
      ],
    },
    rows: [
      [['2000-02-29', '2000-01-01 02:00:00+02', '1.5']],
      [['1999-12-31', '2000-01-01 00:00:00.000001+00', '-0.1'], 'a rule.range', 'b rule.range', 'c rule.range'],
      [['0044-03-15 BC', null, '1e400'], 'c value.invalid', 'a rule.range'],
      [['infinity', null, 'NaN'], 'a rule.range', 'c rule.range'],
    ],
  },
  {
    name: 'length counts characters, not bytes',
    schema: one('text', { rule: 'length', min: 2, max: 3 }),
    rows: [row('äö'), row('😀😀😀'), row('x', 'rule.length'), row('abcd', 'rule.length'), row(''), row(null)],
  },
  {
    name: 'pattern: found anywhere; JavaScript decides what a dot is',
    schema: one('text', { rule: 'pattern', pattern: 'a.c' }),
    rows: [row('xabcx'), row('a\rc', 'rule.pattern'), row('a\u{2028}c', 'rule.pattern'), row('a😀c'), row(null)],
  },
  {
    name: 'pattern: excluded, whatever its case',
    schema: one('text', { rule: 'pattern', pattern: 'test', excludes: true, ignoreCase: true }),
    rows: [row('fine'), row('a TeSt', 'rule.pattern')],
  },
  {
    name: 'pattern: beyond the common subset',
    schema: one('text', { rule: 'pattern', pattern: String.raw`^(?!.*\.\.)[\p{L}.]+$` }),
    rows: [row('añb.c'), row('a..b', 'rule.pattern'), row('1', 'rule.pattern'), row(null), row('"', 'rule.pattern')],
  },
  {
    name: 'pattern: beyond the common subset, excluded',
    schema: one('text', { rule: 'pattern', pattern: String.raw`(.)\1`, excludes: true }),
    rows: [row('abc'), row('abb', 'rule.pattern'), row('"",\n', 'rule.pattern')],
  },
  {
    name: 'enum: one of the texts as they are',
    schema: one('text', { rule: 'enum', values: ['DE', 'FR'] }),
    rows: [row('DE'), row('de', 'rule.enum'), row(''), row('DEFR', 'rule.enum')],
  },
  {
    name: 'unique: every row of a group, typed; empty cells are left alone',
    schema: one('decimal(5,2)', 'unique'),
    rows: [
      row('1', 'rule.unique'),
      row('2'),
      row('1.00', 'rule.unique'),
      row(null),
      row(null),
      row('x', 'value.invalid'),
      row('x', 'value.invalid'),
    ],
  },
  {
    name: 'unique: a set of fields, where an empty one equals an empty one',
    schema: two(['text', 'integer'], { rule: 'unique', fields: ['a', 'b'], ignoreCase: true }),
    rows: [
      pair('x', '1', 'a, b rule.unique'),
      pair('X', '01', 'a, b rule.unique'),
      pair('x', '2'),
      pair('y', null, 'a, b rule.unique'),
      pair('y', '', 'a, b rule.unique'),
      pair(null, null),
      pair('', ' '),
      pair('z', 'q', 'b value.invalid'),
      pair('z', 'q', 'b value.invalid'),
    ],
  },
  {
    name: 'compare: only where both are there and fit',
    schema: two(['date', 'date'], { rule: 'compare', left: 'a', is: '<', right: 'b' }),
    rows: [
      pair('2024-01-01', '2024-01-02'),
      pair('2024-01-02', '2024-01-02', 'a, b rule.compare'),
      pair(null, '2024-01-01'),
      pair('2024-01-02', 'soon', 'b value.invalid'),
    ],
  },
  {
    name: 'compare: whole numbers with decimals',
    schema: two(['integer', 'decimal(6,2)'], { rule: 'compare', left: 'a', is: '>=', right: 'b' }),
    rows: [pair('1', '1.00'), pair('1', '1.01', 'a, b rule.compare')],
  },
  {
    name: 'required if',
    schema: two(['text', 'boolean'], { rule: 'requiredIf', field: 'a', when: { field: 'b', is: '=', value: 'true' } }),
    rows: [
      pair('x', 'yes'),
      pair('', 'on', 'a rule.requiredIf'),
      pair('', 'no'),
      pair('', ''),
      pair(null, 'maybe', 'b value.invalid'),
    ],
  },
  {
    name: 'exactly one of',
    schema: two(['text', 'integer'], { rule: 'exactlyOneOf', fields: ['a', 'b'] }),
    rows: [
      pair('x', null),
      pair(' ', '1'),
      pair('x', '1', 'a, b rule.exactlyOneOf'),
      pair(null, '', 'a, b rule.exactlyOneOf'),
      pair(null, 'x', 'b value.invalid'),
    ],
  },
  {
    name: 'check: all, any, not, in, empty, present; comparing with an empty cell is false',
    schema: two(['integer', 'text'], {
      rule: 'check',
      that: {
        any: [
          {
            all: [
              { field: 'a', is: '>', value: 0 },
              { field: 'b', in: ['x', "y's"] },
            ],
          },
          { not: { field: 'a', is: 'present' } },
        ],
      },
    }),
    rows: [
      pair('1', "y's"),
      pair('0', 'x', 'a, b rule.check'),
      pair('1', null, 'a, b rule.check'),
      pair(null, null),
      pair('z', 'x', 'a value.invalid'),
    ],
  },
];

for (const { name, schema, rows } of cases) {
  test(name, async () => {
    const judged = await bench.judge(
      schema,
      rows.map(([cells]) => cells),
    );
    const expected = rows.flatMap(([, ...codes], at) => codes.map((code) => `${at + 1} ${code}`));
    assert.deepEqual(judged.rejects, expected);
    assert.equal(judged.lines.length, rows.filter(([, ...codes]) => codes.length === 0).length);
    assert.equal(judged.lines.length + judged.rejected, rows.length);
  });
}

test('values are prepared before they are judged, and only then', async () => {
  const field = (name: string, more: object) => ({ name, ...more });
  const schema = {
    fields: [
      field('a', { trim: true, case: 'upper', default: ' none ', rules: ['required'] }),
      field('b', { replace: { Germany: 'DE' }, rules: [{ rule: 'enum', values: ['DE', 'Fr'], ignoreCase: true }] }),
      field('c', { type: 'integer', default: '7' }),
      field('d', { type: 'boolean', trim: true }),
      field('e', {}),
      field('f', { type: 'decimal' }),
    ],
  };
  const { lines, rejects } = await bench.judge(schema, [
    ['\u{3000}x y ', 'Germany', ' ', ' YES ', ' kept ', '\t'],
    [null, 'fR', '+1', '', '', ' 1.50'],
    ['z', 'xx', null, null, null, 'x'],
  ]);
  assert.deepEqual(lines, ['"X Y",DE,7,true, kept ,', '" none ",Fr,1,,"",1.50']);
  assert.deepEqual(rejects, ['3 f value.invalid', '3 b rule.enum']);
});

test('warnings count their rows and let them go; messages are the writer’s own', async () => {
  const warn = (rule: object) => ({ ...rule, level: 'warning' });
  const schema = {
    fields: [
      {
        name: 'a',
        type: 'integer',
        rules: [warn({ rule: 'range', max: 1, message: 'that is a lot' }), warn({ rule: 'unique' })],
      },
      { name: 'b', rules: [warn({ rule: 'pattern', pattern: '(?!)' }), 'required'] },
    ],
  };
  const { lines, rejects, warned } = await bench.judge(schema, [
    ['1', 'x'],
    ['2', 'y'],
    ['2', 'z'],
    ['3', null],
  ]);
  assert.deepEqual(lines.length, 3);
  assert.deepEqual(rejects, ['4 b rule.required']);
  assert.deepEqual(warned, [
    { what: 'the field a: that is a lot', rows: 3 },
    { what: 'the field a is not unique', rows: 2 },
    { what: 'the field b is not in the form that is asked for', rows: 3 },
  ]);
});

test('at limit 0 the first row is named, without its value', async () => {
  const schema = { fields: [{ name: 'a', type: 'integer', rules: [{ rule: 'range', max: 1, message: 'too much' }] }] };
  await assert.rejects(bench.judge(schema, [['1'], ['4711'], ['4712']], 0), (error: Error & { code: string }) => {
    assert.equal(error.code, 'value.invalid');
    assert.match(error.message, /row 2: the field a: too much; 2 rows are refused$/);
    return true;
  });
  await assert.rejects(bench.judge(schema, [['1'], ['2'], ['3']], 1), { code: 'rejects.limit' });
});

test('a pattern that takes forever is ended, by name', async () => {
  const schema = { fields: [{ name: 'a', rules: [{ rule: 'pattern', pattern: String.raw`^(a+)+(?<!b)$` }] }] };
  await assert.rejects(bench.judge(schema, [['ok'], [`${'a'.repeat(60)}!`]]), (error: Error & { code: string }) => {
    assert.equal(error.code, 'rule.timeout');
    assert.match(error.message, /the pattern of field a: one batch of values took longer/);
    return true;
  });
  // In the common subset the same nesting is harmless.
  const { rejects } = await bench.judge({ fields: [{ name: 'a', rules: [{ rule: 'pattern', pattern: '^(a+)+$' }] }] }, [
    [`${'a'.repeat(60)}!`],
  ]);
  assert.deepEqual(rejects, ['1 a rule.pattern']);
});
