/** Options of single cells, and how exactly texts must be written. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open, type Bench, type Fields } from './harness.ts';

let bench: Bench;
before(async () => {
  bench = await open();
});
after(async () => await bench.close());

const selectOptions = [
  { label: 'Germany', value: 'DE' },
  { label: 'France', value: 'FR' },
];
const settings = { invalidDataBehavior: 'INCLUDE_INVALID_ROWS' };
const spain = "() => ({ row: { a: { selectOptions: [{ label: 'Spain', value: 'ES' }] } } })";

async function look(type: unknown, csv: string, rowHooks: readonly string[] = []) {
  const fields = [{ label: 'A', key: 'a', type, selectOptions }];
  const done = await bench.imported({ fields, settings, hooks: { rowHooks } }, csv);
  assert.equal(done['status'], 'SUCCESSFUL', JSON.stringify(done['import_errors']));
  const errors = (done['result_metadata'] as Fields)['errors'] as Fields[]; // as documented
  const rows = (await bench.rowsOf(done['id'])) as Fields[]; // a list
  return { values: rows.map((row) => row['a']), said: errors.map(({ message }) => message) };
}

test('all members that are no options are named', async () => {
  const { said } = await look('multi-select', 'a\n"xx,Germany,yy"\n');
  assert.deepEqual(said, ['This is not one of the options: xx, yy']);
  const own = await look('multi-select', 'a\n"Germany,Spain,France"\n', [spain]);
  assert.deepEqual(own.said, ['This is not one of the options: Germany, France']);
  const blank = await look(['multi-select', { trimValues: false }], 'a\n"Germany,,France"\n');
  assert.deepEqual(blank.said, ['This is not a list of the options']);
});

test('the member that is none of the options of the cell is named', async () => {
  const { values, said } = await look('multi-select', 'a\n"Germany,Spain"\nSpain\n', [spain]);
  assert.deepEqual([values, said], [[null, ['ES']], ['This is not one of the options: Germany']]);
});

test('exactly also means exactly among the options of the cell', async () => {
  const exactly = await look(['select', { exactMatchOnly: true }], 'a\nspain\nSpain\n', [spain]);
  assert.deepEqual(exactly.values, [null, 'ES']);
  assert.deepEqual((await look('select', 'a\nspain\n', [spain])).values, ['ES']);
});

test('blanks that are not cut off count', async () => {
  const { values } = await look(['multi-select', { trimValues: false }], 'a\n"France, Germany"\n"France,germany"\n');
  assert.deepEqual(values, [null, ['FR', 'DE']]);
});
