/** What a person writes is read as it is shown, whatever the order of day and month in the file. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Edit } from './edit.ts';
import type { OpenReview } from './open-review.ts';
import { openBench } from './review-harness.ts';

const bench = await openBench();
after(async () => await bench[Symbol.asyncDispose]());

const dayFirst = 'd\n3/4/2024\n25/12/2024\n';
const inEnglish = { fields: [{ name: 'd', means: 'date' }] };

const results = async ({ duck }: OpenReview): Promise<readonly unknown[]> =>
  (await duck.rows('select "$r0", "$s0" from rows where state = 0 order by id')).map(([result, shown]) => [result, shown]);

const type = (row: number, text: string): Edit => ({ kind: 'cells', cells: [{ row, column: 'c0', text }] });
const april = ['2024-04-03', '4/3/2024'];
const christmas = ['2024-12-25', '12/25/2024'];

test('the cells of the file are read in its order', async () => {
  await using review = await bench.open(dayFirst, inEnglish);
  assert.deepEqual(await results(review), [april, christmas]);
});

const edits: readonly (readonly [string, Edit, readonly unknown[]])[] = [
  ['typed', type(0, '4/3/2025'), [['2025-04-03', '4/3/2025'], christmas]],
  ['typed with blanks', type(0, ' 4/3/2025 '), [['2025-04-03', '4/3/2025'], christmas]],
  ['typed with one reading only', type(0, '25/12/2025'), [['2025-12-25', '12/25/2025'], christmas]],
  ['sent back', type(0, '4/3/2024'), [april, christmas]],
  ['filled down', type(1, '4/3/2024'), [april, april]],
  ['no day', type(1, 'soon'), [april, [null, 'soon']]],
  ['a row that is added', { kind: 'add', cells: { c0: '4/3/2025' } }, [april, christmas, ['2025-04-03', '4/3/2025']]],
  [
    'replaced',
    { kind: 'replace', find: '2024', with: '2025', caseSensitive: false, whole: false, regex: false },
    [
      ['2025-04-03', '4/3/2025'],
      ['2025-12-25', '12/25/2025'],
    ],
  ],
];
for (const [name, entry, expected] of edits) {
  test(`text that is ${name}, undone and done again`, async () => {
    await using review = await bench.open(dayFirst, inEnglish);
    await (await review.begin({ seq: 1, entry })).commit();
    assert.deepEqual(await results(review), expected);
    await (await review.begin({ seq: 2, entry: { kind: 'undo', of: 1 } })).commit();
    assert.deepEqual(await results(review), [april, christmas]);
    await (await review.begin({ seq: 3, entry: { kind: 'redo', of: 1 } })).commit();
    assert.deepEqual(await results(review), expected);
  });
}

test('what is said for all cells with one message is written as it is shown', async () => {
  await using review = await bench.open(`${dayFirst}soon\n`, inEnglish);
  const [[message = ''] = []] = await review.duck.rows('select message from verdict');
  const entry: Edit = { kind: 'fix', column: 'c0', message: String(message), value: 'soon', with: '4/3/2025' };
  await (await review.begin({ seq: 1, entry })).commit();
  assert.deepEqual(await results(review), [april, christmas, ['2025-04-03', '4/3/2025']]);
});

test('thousandths that are typed stay, whatever the order of day and month in the file', async () => {
  const means = { is: 'datetime', displayFormat: 'M/d/yyyy HH:mm:ss.SSS', withSeconds: true };
  await using review = await bench.open('d\n25/12/2024\n3/4/2024\n', { fields: [{ name: 'd', means }] });
  await (await review.begin({ seq: 1, entry: type(1, '4/3/2025 15:06:07.089') })).commit();
  assert.deepEqual(await results(review), [
    ['2024-12-25T00:00:00', '12/25/2024 00:00:00.000'],
    ['2025-04-03T15:06:07', '4/3/2025 15:06:07.089'],
  ]);
});

const when = ['2024-03-04 15:06:07', '2024-12-25 00:00:00', '25/12/2024 23:59', '3/4/2024 12:00 am', '2001-01-01 12:30'];
const formats: readonly (readonly [string, string | undefined])[] = [
  ['date', undefined],
  ['date', 'dd/MM/yyyy'],
  ['date', 'M/d/yy'],
  ['date', 'MMM yyyy'],
  ['datetime', undefined],
  ['datetime', 'dd/MM/yyyy HH:mm'],
  ['datetime', 'MM-dd-yyyy h:mm a'],
  ['datetime', 'd/M/yyyy HH:mm:ss.SSS ZZ'],
  ['datetime', 'ffff'],
  ['datetime', 'X'],
  ['date', 'DDDD G'],
  ['time', undefined],
  ['time', 'h a'],
  ['time', 'TTT'],
];
for (const locale of ['en-US', 'en-GB', 'de-DE', 'ja-JP', 'ar']) {
  test(`what is shown, sent back, leaves the value as it was: ${locale}`, async () => {
    for (const [is, displayFormat] of formats) {
      const means = { is, locale, ...(displayFormat !== undefined && { displayFormat }) };
      await using review = await bench.open(['d', ...when, ''].join('\n'), { fields: [{ name: 'd', means }] });
      const before = await results(review);
      const cells = (await review.duck.rows('select id, "$s0" from rows order by id')).map(([row, text]) => ({
        row: Number(row),
        column: 'c0',
        text: text ?? '',
      }));
      await (await review.begin({ seq: 1, entry: { kind: 'cells', cells } })).commit();
      assert.deepEqual(await results(review), before, `${is} ${displayFormat ?? ''}`);
    }
  });
}
