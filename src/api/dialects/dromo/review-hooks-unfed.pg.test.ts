/** Fields that no column feeds: hooks of a review may read and write them, and they are shown and delivered from then on. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open, type Fields } from './harness.ts';
import { inReview, type Guest } from './review-harness.ts';

const bench = await open();
after(async () => await bench.close());

const fields = [
  { label: 'Name', key: 'name' },
  { label: 'Note', key: 'note', hidden: true },
  { label: 'Opt', key: 'opt', type: 'number', validators: [{ validate: 'unique' }] },
  { label: 'Age', key: 'age', type: 'number' },
];
const csv = 'Name,Age\nAnn,1\nBob,x\nCy,3\n';
const row = (column: number, text: string, of = 0) => ({ kind: 'cells', cells: [{ row: of, column: `c${column}`, text }] });
const columns = async (visitor: Guest) => ((await visitor.state())['columns'] as Fields[]).map(({ field }) => field); // a list
const texts = async (visitor: Guest) => (await visitor.rows()).map(({ cells }) => cells.map(({ v }) => v).join('|'));
const finished = async (visitor: Guest): Promise<unknown> => {
  const { version } = await visitor.state();
  return (await visitor.ask('POST', '/finish', { version })).body['status'];
};

test('a hook that only reads them lets every edit pass, and nobody sees them', async () => {
  const rowHooks = ["({ row }) => ({ row: { name: { value: row.name.value + '[' + row.opt.value + row.note.value + ']' } } })"];
  const { id, visitor } = await inReview(bench, csv, { fields, hooks: { rowHooks } });
  assert.deepEqual(await columns(visitor), ['name', 'age']);
  const edited = await visitor.edit(row(1, '2', 1));
  assert.equal(edited.status, 200, JSON.stringify(edited.body));
  assert.deepEqual(await texts(visitor), ['Ann[]|1', 'Bob[][]|2', 'Cy[]|3']);
  assert.equal((await visitor.edit({ kind: 'cells', cells: [{ row: 0, column: 'c2', text: 'x' }] })).status, 400);
  assert.equal(await finished(visitor), 'done');
  assert.deepEqual(await bench.rowsOf(id), [
    { name: 'Ann[]', age: 1 },
    { name: 'Bob[][]', age: 2 },
    { name: 'Cy[]', age: 3 },
  ]);
});

test('a hook that writes them in a review: they are there from then on, judged in all rows, and behind a lost file too', async () => {
  const rowHooks = [
    `(record, mode) => {
      if (mode === 'update') {
        record.row.opt.value = record.row.age.value + '0';
        record.row.note.value = 'seen ' + record.row.age.value;
      }
      return record;
    }`,
  ];
  const { id, visitor } = await inReview(bench, csv, { fields, hooks: { rowHooks } });
  const edited = await visitor.edit(row(1, '7', 1));
  assert.equal(edited.status, 200, JSON.stringify(edited.body));
  assert.deepEqual((edited.body['rows'] as { id: number }[]).map((one) => one.id).includes(1), true); // a list
  const shown = async () =>
    (await visitor.rows()).map(({ cells }) =>
      cells
        .map(({ v }) => v)
        .toSorted()
        .join('|'),
    );
  assert.deepEqual(await columns(visitor), ['name', 'age', 'opt'], 'nobody sees what is hidden');
  assert.deepEqual(await texts(visitor), ['Ann|1|', 'Bob|7|70', 'Cy|3|']);
  await visitor.edit(row(1, '7', 0));
  assert.deepEqual(
    (await visitor.rows()).map(({ cells }) => cells[2]?.m?.length ?? 0),
    [1, 1, 0],
    'unique in a field of ours',
  );
  await visitor.edit(row(1, '8', 0));
  await visitor.edit({ kind: 'add', cells: { c0: 'Di', c1: '4' } });
  const before = await shown();
  const state = await visitor.state();
  await bench.state.ports.reviews?.close(`1/${id}`);
  assert.deepEqual([await shown(), await visitor.state()], [before, state]);
  assert.equal(await finished(visitor), 'done');
  assert.deepEqual(await bench.rowsOf(id), [
    { name: 'Ann', age: 8, note: 'seen 8', opt: 80 },
    { name: 'Bob', age: 7, note: 'seen 7', opt: 70 },
    { name: 'Cy', age: 3, note: '', opt: null },
    { name: 'Di', age: 4, note: 'seen 4', opt: 40 },
  ]);
});

test('hooks of the end fill them as well', async () => {
  const stepHooks = [
    {
      type: 'REVIEW_STEP_PRE_SUBMIT',
      callback: "(it) => it.addRows([{ row: { name: { value: 'End' }, note: { value: 'n' } } }])",
    },
  ];
  const { id, visitor } = await inReview(bench, csv, { fields, hooks: { stepHooks } });
  await visitor.edit(row(1, '2', 1));
  assert.equal(await finished(visitor), 'done');
  assert.deepEqual(
    ((await bench.rowsOf(id)) as Fields[]).map((one) => [one['note'], 'opt' in one]),
    [
      ['', false],
      ['', false],
      ['', false],
      ['n', false],
    ],
  ); // a list
});
