/** Meanings of a schema file, through the scan that judges and writes. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openBench, type Row } from './rules-harness.ts';

const bench = await openBench();
after(() => bench[Symbol.asyncDispose]());

const one = (means: unknown, more: object = {}) => ({ fields: [{ name: 'a', means, ...more }] });
const column = (...texts: (string | null)[]): readonly Row[] => texts.map((text) => [text]);

test('what a text means goes out, and what means nothing of the kind is refused', async () => {
  const schema = {
    fields: [
      {
        name: 'a',
        means: { is: 'number', preset: 'usd' },
        type: 'decimal(12,2)',
        rules: ['required', { rule: 'range', min: 0 }],
      },
      { name: 'b', means: 'date' },
      { name: 'c', means: 'checkbox' },
    ],
  };
  const { lines, rejects } = await bench.judge(schema, [
    [' $1,234.567 ', '25/12/2024', 'yes'],
    ['(5)', '3/4/2024', null],
    ['abc', 'soon', 'no'],
    [null, '', ''],
    ['7', ' ', ''],
  ]);
  assert.deepEqual(lines, ['1234.57,2024-12-25,true', '7,,false']);
  assert.deepEqual(rejects, ['2 a rule.range', '3 a value.invalid', '3 b value.invalid', '4 a rule.required']);
});

test('the column decides which number is the day', async () => {
  const days = async (...texts: string[]) => (await bench.judge(one('date'), column(...texts))).lines;
  assert.deepEqual(await days('3/4/2024', '5/6/2024'), ['2024-03-04', '2024-05-06']);
  assert.deepEqual(await days('3/4/2024', '15/6/2024'), ['2024-04-03', '2024-06-15']);
});

test('numbers that a decimal comma would explain are warned about', async () => {
  const { lines, warned } = await bench.judge(one('number'), column('1.234,56', '1,234', '7'));
  assert.deepEqual(lines, ['"1.23456"', '"1234"', '"7"']);
  assert.deepEqual(
    warned.map(({ rows, what }) => [rows, what.startsWith('the field a is read as an English number')]),
    [[2, true]],
  );
});

test('rules look at what the text means', async () => {
  const options = [{ label: 'Germany', value: 'DE', alternateMatches: ['Deutschland'] }];
  const { rejects, lines } = await bench.judge(
    one({ is: 'select', options }, { rules: ['unique', { rule: 'length', max: 2 }] }),
    column('Germany', 'Deutschland', 'Spain', ''),
  );
  assert.deepEqual(lines, ['']);
  assert.deepEqual(rejects, ['1 a rule.unique', '2 a rule.unique', '3 a value.invalid']);
});

test('a field says in its own words what it wants', async () => {
  const schema = one('email', { message: 'write to us from work' });
  const failing = bench.judge(schema, column('nobody'), 0);
  await assert.rejects(failing, /the field a: write to us from work/);
});

test('patterns with flags of their own, and infos', async () => {
  const schema = {
    fields: [
      {
        name: 'a',
        rules: [
          { rule: 'pattern', pattern: '^b.c$', flags: 'ms' },
          { rule: 'length', max: 3, level: 'info' },
        ],
      },
    ],
  };
  const { lines, rejects, warned } = await bench.judge(schema, column('b\nc', 'bcc', 'x\nbxc'));
  assert.equal(lines.join('|'), '"b|c"|"bcc"|"x|bxc"');
  assert.deepEqual([rejects, warned.map(({ rows }) => rows)], [[], [1]]);
});
