/** What hooks are shown of cells, and what becomes of what they say of those that no column feeds. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open, type Fields } from './harness.ts';
import { inReview } from './review-harness.ts';

const bench = await open();
after(async () => await bench.close());

async function done(wanted: object, csv: string): Promise<{ readonly found: Fields; readonly rows: unknown }> {
  const found = await bench.imported(wanted, csv);
  assert.equal(found['status'], 'SUCCESSFUL', JSON.stringify(found['import_errors']));
  return { found: found['result_metadata'] as Fields, rows: await bench.rowsOf(found['id']) }; // as documented
}

const asleep = [
  { label: 'A', key: 'a' },
  { label: 'Opt', key: 'opt' },
  { label: 'Hidden', key: 'hidden', hidden: true, type: 'number' },
];
const says = (field: string, level: string): object => ({
  rowHooks: [`({ index }) => index === 1 ? { row: { ${field}: { info: [{ message: 'no', level: '${level}' }] } } } : null`],
});

for (const field of ['opt', 'hidden']) {
  test(`an error of a cell that no column feeds counts: ${field}`, async () => {
    const { found, rows } = await done({ fields: asleep, hooks: says(field, 'error') }, 'A\nx\ny\n');
    assert.deepEqual(found['rowsWithError'], [1]);
    assert.deepEqual(found['errors'], [{ rowIndex: 1, fieldKey: field, message: 'no', value: '' }]);
    assert.deepEqual(
      (rows as Fields[]).map(({ a }) => a),
      ['x'],
    );
  });
}

test('one that a step says counts too; what says nothing leaves the field where it was', async () => {
  const callback = (messages: string): string =>
    `(it) => it.updateInfoMessages([{ rowIndex: 0, fieldKey: 'opt', messages: ${messages} }])`;
  const stepHooks = (messages: string) => ({ stepHooks: [{ type: 'REVIEW_STEP_POST_HOOKS', callback: callback(messages) }] });
  assert.deepEqual(
    (await done({ fields: asleep, hooks: stepHooks("[{ message: 'm' }]") }, 'A\nx\ny\n')).found['rowsWithError'],
    [0],
  );
  assert.deepEqual((await done({ fields: asleep, hooks: stepHooks('[]') }, 'A\nx\n')).rows, [{ a: 'x' }]);
});

test('in a review such a cell is there to be mended, from its beginning or from an edit on', async () => {
  const settings = { invalidDataBehavior: 'BLOCK_SUBMIT' };
  const hooks = {
    rowHooks: [
      "({ row }) => ({ row: { opt: { info: row.a.value === 'bad' && !row.opt.value ? [{ message: 'why?', level: 'error' }] : [] } } })",
    ],
  };
  const fields = [...asleep, { label: 'N', key: 'n', type: 'number' }];
  for (const first of ['bad', 'good']) {
    const { visitor } = await inReview(bench, `A,N\n${first},1\nx,wrong\n`, { fields, settings, hooks });
    const mended = await visitor.edit({ kind: 'cells', cells: [{ row: 1, column: 'c1', text: '2' }] });
    if (first === 'good') await visitor.edit({ kind: 'cells', cells: [{ row: 0, column: 'c0', text: 'bad' }] });
    assert.equal(mended.status, 200);
    const state = await visitor.state();
    assert.equal((state['counts'] as Fields)['invalid'], 1, first);
    const [row] = await visitor.rows();
    const place = row?.cells.findIndex(({ m }) => m?.some(({ message }) => message === 'why?')) ?? -1;
    const column = (state['columns'] as Fields[])[place];
    assert.equal(column?.['field'] ?? column?.['key'], 'opt', JSON.stringify(column));
  }
});

test('a row hook sees what the one before it has written as it is understood', async () => {
  const fields = [
    { label: 'A', key: 'a' },
    { label: 'K', key: 'k', type: 'multi-select', selectOptions: [{ label: 'R', value: 'r' }] },
    { label: 'C', key: 'c', type: 'checkbox' },
    { label: 'N', key: 'n', type: 'number' },
    { label: 'D', key: 'd', type: 'date' },
    { label: 'S', key: 's', type: 'select', selectOptions: [{ label: 'One', value: '1' }] },
    { label: 'T', key: 't' },
  ];
  const written =
    "{ k: { value: 'R' }, c: { value: 'no' }, n: { value: '1,000' }, d: { value: '3/4/2024' }, s: { value: 'one' }, t: { value: 'y' } }";
  const seen = '["k", "c", "n", "d", "s", "t"].map((key) => row[key].resultValue)';
  const rowHooks = [
    `({ index }) => index === 0 ? { row: ${written} } : { row: { n: { value: 'wrong' } } }`,
    `({ row }) => ({ row: { a: { value: JSON.stringify(${seen}) } } })`,
  ];
  const settings = { invalidDataBehavior: 'INCLUDE_INVALID_ROWS' };
  const { rows } = await done({ fields, settings, hooks: { rowHooks } }, 'A,K,C,N,D,S,T\nx,,yes,7,,,\nz,,yes,7,,,u\n');
  assert.deepEqual(
    (rows as Fields[]).map(({ a }) => JSON.parse(String(a)) as unknown),
    [
      [['r'], false, 1000, '2024-03-04', '1', 'y'],
      [[], true, null, null, null, 'u'],
    ],
  );
});

test('the result of a field of several columns is what is delivered', async () => {
  const fields = [
    { label: 'A', key: 'a' },
    { label: 'M', key: 'm', type: 'number', manyToOne: true },
    {
      label: 'T',
      key: 't',
      type: 'multi-select',
      manyToOne: true,
      selectOptions: ['r', 'g'].map((value) => ({ label: value.toUpperCase(), value })),
    },
  ];
  const rowHooks = ['({ row }) => ({ row: { a: { value: JSON.stringify([row.m.resultValue, row.t.resultValue]) } } })'];
  const { rows } = await done({ fields, hooks: { rowHooks } }, 'A,M,M,T,T\nx,1,2,"R,G",G\n');
  const [row] = rows as Fields[]; // of objects
  assert.deepEqual(JSON.parse(String(row?.['a'])), [row?.['m'], row?.['t']]);
  assert.deepEqual(
    [row?.['m'], row?.['t']],
    [
      [1, 2],
      ['r', 'g', 'g'],
    ],
  );
});
