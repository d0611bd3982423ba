/** Messages come in the order of the validators, each with its own words and level. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open, type Bench, type Fields } from './harness.ts';

let bench: Bench;
before(async () => {
  bench = await open();
});
after(async () => await bench.close());

const settings = { invalidDataBehavior: 'INCLUDE_INVALID_ROWS' };

async function said(fields: readonly object[], csv: string): Promise<readonly string[]> {
  const done = await bench.imported({ fields, settings }, csv);
  assert.equal(done['status'], 'SUCCESSFUL', JSON.stringify(done['import_errors']));
  const errors = (done['result_metadata'] as Fields)['errors'] as Fields[]; // as documented
  return errors.map(({ rowIndex, fieldKey, message }) => [rowIndex, fieldKey, message].join(' '));
}

test('as they are listed', async () => {
  const validators = [
    { validate: 'require_with', fields: ['b'], errorMessage: 'with' },
    { validate: 'required', errorMessage: 'required' },
  ];
  const fields = [
    { label: 'A', key: 'a', validators },
    { label: 'B', key: 'b' },
  ];
  assert.deepEqual(await said(fields, 'a,b\n,1\n'), ['0 a with', '0 a required']);
  const together = [
    { validate: 'unique_with', uniqueKey: 'k', errorMessage: 'twice' },
    { validate: 'length', min: 5, errorMessage: 'short' },
  ];
  assert.deepEqual(await said([{ label: 'A', key: 'a', validators: together }], 'a\nx\nx\n'), [
    '0 a twice',
    '0 a short',
    '1 a twice',
    '1 a short',
  ]);
});

test('each field of a group has its own words and level', async () => {
  const member = (key: string, more: object): object => ({
    label: key,
    key,
    validators: [{ validate: 'unique_with', uniqueKey: 'k', ...more }],
  });
  const fields = [
    member('a', { errorMessage: 'first' }),
    member('b', { level: 'warning' }),
    member('c', { errorMessage: 'third' }),
  ];
  assert.deepEqual(await said(fields, 'a,b,c\n1,2,3\n1,2,3\n1,2,4\n'), ['0 a first', '0 c third', '1 a first', '1 c third']);
});
