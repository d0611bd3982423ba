/** Every kind of field and every validator, over HTTP. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ruleSheet, ruleTables, valueSheet } from '../../../../test/support/field-tables.ts';
import { open, type Bench, type Fields } from './harness.ts';

let bench: Bench;
before(async () => {
  bench = await open();
});
after(async () => await bench.close());

const settings = { invalidDataBehavior: 'INCLUDE_INVALID_ROWS' };
const errorsOf = (done: Fields): Fields[] => (done['result_metadata'] as Fields)['errors'] as Fields[]; // as documented

test('what texts mean', async () => {
  const { fields, csv, cells } = valueSheet();
  const done = await bench.imported({ fields, settings }, csv);
  assert.equal(done['status'], 'SUCCESSFUL', JSON.stringify(done['import_errors']));
  const rows = (await bench.rowsOf(done['id'])) as Fields[]; // a list
  const found = cells.map(({ key, row: [text] }, at) => [key, text, rows[at]?.[key]]);
  assert.deepEqual(
    found,
    cells.map(({ key, row: [text, result, delivered = null] }) => [key, text, result ?? delivered]),
  );
  const wrong = cells.flatMap(({ key, row: [, result] }, at) => (result === undefined ? [`${at} ${key}`] : []));
  assert.deepEqual(
    errorsOf(done).map(({ rowIndex, fieldKey }) => `${String(rowIndex)} ${String(fieldKey)}`),
    wrong,
  );
});

test('what validators say', async () => {
  const { fields, csv } = ruleSheet();
  const done = await bench.imported({ fields, settings }, csv);
  assert.equal(done['status'], 'SUCCESSFUL', JSON.stringify(done['import_errors']));
  const said = errorsOf(done).map(({ rowIndex, fieldKey }) => `${String(fieldKey)} ${String(rowIndex)}`);
  const wanted = ruleTables.flatMap(({ wrong }, at) => wrong.map((row) => `a${at} ${row}`));
  assert.deepEqual(said.toSorted(), wanted.toSorted());
});
