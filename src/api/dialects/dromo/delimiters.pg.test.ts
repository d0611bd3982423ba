/** `settings.delimiter`: one to four characters of any kind. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open, type Fields } from './harness.ts';
import { inReview } from './review-harness.ts';

const bench = await open();
after(async () => await bench.close());

const fields = [
  { label: 'Name', key: 'name' },
  { label: 'Age', key: 'age', type: 'number' },
];
const lines = (delimiter: string): string =>
  [`Name${delimiter}Age`, '', `"a${delimiter}""b"""${delimiter}1`, `c | : x${delimiter}2`, ''].join('\r\n');

for (const delimiter of ['||', '::', '¦', '§', '~|~', '€', ';'])
  test(`values between ${delimiter}`, async () => {
    for (const text of [lines(delimiter), Buffer.from(`\ufeff${lines(delimiter)}`, 'utf16le')]) {
      const { id, status } = await bench.imported({ fields, settings: { delimiter } }, text);
      assert.equal(status, 'SUCCESSFUL');
      assert.deepEqual(await bench.rowsOf(id), [
        { name: `a${delimiter}"b"`, age: 1 },
        { name: 'c | : x', age: 2 },
      ]);
    }
  });

test('in a review, whose rows have the numbers that they have in the file', async () => {
  const settings = { delimiter: '||', invalidDataBehavior: 'BLOCK_SUBMIT' };
  const { visitor } = await inReview(bench, 'Name||Age\n\nAnn||x\nBob||2\n', { fields, settings });
  assert.deepEqual(
    (await visitor.rows()).map(({ n, cells }) => [n, ...cells.map(({ v }) => v)]),
    [
      [3, 'Ann', 'x'],
      [4, 'Bob', '2'],
    ],
  );
});

test('what cannot be one is refused', async () => {
  for (const delimiter of ['', '"', 'a"', '\n', 'a\r', 'abcde', 1]) {
    const wanted = { fields, settings: { delimiter }, original_filename: 'in.csv' };
    const { status, body } = await bench.ask('POST', '/api/v1/headless/imports/', wanted);
    assert.deepEqual([status, Object.keys(body as Fields)], [400, ['settings']], JSON.stringify(delimiter));
  }
  const bad = await bench.imported({ fields, settings: { delimiter: '||' } }, 'Name||Age\n"a" b||1\n');
  assert.deepEqual([bad['status'], (bad['import_errors'] as Fields[])[0]?.['code']], ['FAILED', 'file.format']); // a list
});
