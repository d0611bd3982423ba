/** Validators of fields of several columns, and what conditions compare with. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openBench } from './harness.ts';

const bench = await openBench();
after(() => bench[Symbol.asyncDispose]());

const pattern = (text: string, excludes = false) => ({ rule: 'pattern', pattern: text, excludes, message: 'form' });
const unique = { rule: 'unique', message: 'twice' };
const when = { rule: 'requiredIf', field: 'b', when: { field: 'a', is: '=', value: 'x' }, message: 'needed' };

interface Case {
  readonly name: string;
  readonly rows: readonly string[];
  readonly rules?: readonly object[];
  readonly all?: readonly object[];
  /** `row message: text` */
  readonly said: readonly string[];
}

const cases: readonly Case[] = [
  { name: 'doubles in the second column', rows: ['a,d,', 'b,d,'], rules: [unique], said: ['0 twice: d', '1 twice: d'] },
  { name: 'doubles across columns', rows: ['d,a,', 'b,d,'], rules: [unique], said: ['0 twice: d', '1 twice: d'] },
  { name: 'a text twice in one row', rows: ['d,d,', 'b,c,'], rules: [unique], said: [] },
  {
    name: 'several fields together',
    rows: ['a,d,1', 'b,d,1', 'e,d,2'],
    all: [{ rule: 'unique', fields: ['a', 'b'], message: 'twice' }],
    said: ['0 twice: 1', '0 twice: d', '1 twice: 1', '1 twice: d'],
  },
  { name: 'a pattern of JavaScript', rows: ['ab,ac,', 'ab,bc,'], rules: [pattern('^(?=a)')], said: ['1 form: bc'] },
  { name: 'a pattern that is excluded', rows: ['b,ac,'], rules: [pattern('^(?=a)', true)], said: ['0 form: ac'] },
  { name: 'a value of any column', rows: ['x,y,', 'y,x,', 'y,z,'], all: [when], said: ['0 needed: ', '1 needed: '] },
];

for (const { name, rows, rules = [], all = [], said } of cases) {
  test(name, async () => {
    const definition = { fields: [{ name: 'a', rules }, { name: 'b' }], rules: all };
    const found = await bench.look(`a,a,b\n${rows.join('\n')}\n`, definition, { many: ['a'], deliver: 'all' });
    assert.deepEqual(found.said.map((text) => text.replace(/ [ab] /, ' ')).toSorted(), said);
  });
}

test('a list is compared as its members with commas between them, or as it is shown', async () => {
  const options = [
    { label: 'Germany', value: 'DE' },
    { label: 'France', value: 'FR' },
  ];
  const means = { is: 'multi-select', options, delimiter: ';' };
  const fields = [
    { name: 'a', type: 'text' },
    { name: 'lands', means, type: 'text' },
  ];
  const needed = async (value: string, not = false): Promise<readonly number[]> => {
    const equal = { field: 'lands', is: '=', value };
    const rules = [{ rule: 'requiredIf', field: 'a', when: not ? { not: equal } : equal, message: 'needed' }];
    const { said } = await bench.look('a,lands\n,DE\n,germany;FR\n,XX\n', { fields, rules }, { deliver: 'all' });
    return said.flatMap((text) => (text.includes('needed') ? [Number.parseInt(text)] : []));
  };
  assert.deepEqual([await needed('DE'), await needed('DE,FR'), await needed('Germany; France')], [[0], [1], [1]]);
  assert.deepEqual([await needed('FR'), await needed('XX'), await needed('DE', true)], [[], [2], [1, 2]]);
});

test('a condition takes the result as well as what is shown', async () => {
  const options = [{ label: 'Germany', value: 'DE' }];
  const fields = [
    { name: 'a', type: 'text' },
    { name: 'ok', means: 'checkbox', type: 'text' },
    { name: 'land', means: { is: 'select', options }, type: 'text' },
    { name: 'n', means: 'number', type: 'text' },
  ];
  const needed = async (field: string, value: string): Promise<number> => {
    const rules = [{ rule: 'requiredIf', field: 'a', when: { field, is: '=', value }, message: 'needed' }];
    return (await bench.look('a,ok,land,n\n,,germany,1000\n', { fields, rules }, { deliver: 'all' })).said.length;
  };
  assert.deepEqual(
    [await needed('ok', 'false'), await needed('land', 'DE'), await needed('land', 'Germany'), await needed('land', 'FR')],
    [1, 1, 1, 0],
  );
  assert.deepEqual([await needed('n', '1000'), await needed('n', '1,000'), await needed('n', '1')], [1, 1, 0]);
});

test('a number out of its bounds is delivered, and is an error', async () => {
  const fields = [{ name: 'n', means: { is: 'number', min: 0.5, max: 99.99 } }];
  for (const deliver of ['all', 'raw'] as const) {
    const { rows, invalidRows } = await bench.look('n\n0.4\n0.5\n99.99\n100\nx\n', { fields }, { deliver });
    assert.deepEqual(
      [rows?.map((row) => Object(row).n), invalidRows],
      [
        [0.4, 0.5, 99.99, 100, deliver === 'raw' ? 'x' : null],
        [0, 3, 4],
      ],
    );
  }
  const written = [{ name: 'n', means: { is: 'number', max: 5, output: { mantissa: 1 } }, type: 'text' }];
  const { rows, said } = await bench.look('n\n4\n6\n', { fields: written }, { deliver: 'all' });
  assert.deepEqual([rows, said.length], [[{ n: '4.0' }, { n: '6.0' }], 1]);
});

test('without the flag u, patterns see halves of characters', async () => {
  const found = async (pattern: string, more: object = {}): Promise<readonly string[]> => {
    const rules = [{ rule: 'pattern', pattern, flags: '', message: 'no', ...more }];
    const { said } = await bench.look('a\nx\n😀\nK\nß\n\u{212a}\n', { fields: [{ name: 'a', rules }] }, { deliver: 'all' });
    return said.map((text) => text.slice('0 a no: '.length));
  };
  assert.deepEqual(await found('^.$'), ['😀']);
  assert.deepEqual(await found('^.$', { flags: 'u' }), []);
  assert.deepEqual(await found('^..$'), ['x', 'K', 'ß', '\u{212a}']);
  assert.deepEqual(await found('k', { ignoreCase: true }), ['x', '😀', 'ß', '\u{212a}']);
  assert.deepEqual(await found(String.raw`^\p{L}$`), ['x', '😀', 'K', 'ß', '\u{212a}']);
});
