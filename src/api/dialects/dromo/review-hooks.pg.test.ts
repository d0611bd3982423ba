/** Hooks in a review: those of the beginning have run, and each change calls them for the rows that it has changed. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open } from './harness.ts';
import { inReview, shown } from './review-harness.ts';

const bench = await open();
after(async () => await bench.close());

const hooks = {
  columnHooks: [{ fieldName: 'name', callback: '(values) => values.map(({ index, value }) => ({ index, value: value + "!" }))' }],
  bulkRowHooks: ['(rows, mode) => rows.map(({ index }) => ({ index, row: { id: { value: mode + " " + rows.length } } }))'],
  rowHooks: [
    `(record, mode) => {
      const { age, id } = record.row;
      age.info = age.value === '13' ? [{ message: 'unlucky in ' + mode, level: 'warning' }] : [];
      if (age.value === '99') throw new Error('too old');
      if (mode === 'update') id.value = id.value + ' of ' + age.value;
      return record;
    }`,
  ],
};

test('each change calls the hooks for its rows, once, in their order; what they do is a part of it', async () => {
  const { id, visitor } = await inReview(bench, 'Name,Age,Id\nAnn,13,1\n,2,2\nBob,x,3\n', { hooks });
  const texts = async (): Promise<readonly string[]> =>
    (await visitor.rows()).map(({ cells }) => cells.map(({ v }) => v).join('|'));
  assert.deepEqual(await texts(), ['Ann!|13|init 3', '!|2|init 3', 'Bob!|x|init 3']);
  assert.deepEqual((await visitor.rows())[0]?.cells[1]?.m, [{ level: 'warning', message: 'unlucky in init' }]);
  const { body } = await visitor.edit({ kind: 'cells', cells: [{ row: 0, column: 'c1', text: '5' }] });
  assert.deepEqual([body['undo'], (body['counts'] as { readonly warned: number }).warned], [1, 0]);
  assert.deepEqual(await texts(), ['Ann!|5|update 1 of 5', '!|2|init 3', 'Bob!|x|init 3']);
  await visitor.edit({
    kind: 'cells',
    cells: [
      { row: 2, column: 'c1', text: '13' },
      { row: 1, column: 'c1', text: '7' },
    ],
  });
  assert.deepEqual(await texts(), ['Ann!|5|update 1 of 5', '!|7|update 2 of 7', 'Bob!|13|update 2 of 13']);
  assert.equal(((await visitor.state())['counts'] as { readonly warned: number }).warned, 1);
  const refused = await visitor.edit({ kind: 'cells', cells: [{ row: 0, column: 'c1', text: '99' }] });
  assert.deepEqual([refused.status, refused.body['code'], (await visitor.state())['version']], [422, 'hook.failed', 2]);
  const before = await shown(visitor);
  await bench.state.ports.reviews?.close(`1/${id}`);
  assert.deepEqual(await shown(visitor), before);
});

test('options that hooks give to single cells count in a review too, before and after an edit, and the page is told', async () => {
  const own = {
    rowHooks: [
      `({ row }, mode) => {
        if (mode === 'init' && row.name.value === 'Bob') return { row: { land: { selectOptions: [{ label: 'Spain', value: 'ES' }] } } };
        if (row.name.value === 'Eve') return { row: { land: { selectOptions: [{ label: 'Oz', value: 'OZ' }] } } };
        return null;
      }`,
    ],
  };
  const { id, visitor } = await inReview(bench, 'Name,Age,Land\nAnn,1,Germany\nBob,x,Spain\nCy,2,Oz\n', { hooks: own });
  const lands = async (): Promise<readonly unknown[]> =>
    (await visitor.rows()).map(({ cells }) => [cells[2]?.v, cells[2]?.m?.length ?? 0, cells[2]?.o?.map(({ value }) => value)]);
  assert.deepEqual(await lands(), [
    ['Germany', 0, undefined],
    ['Spain', 0, ['ES']],
    ['Oz', 1, undefined],
  ]);
  await visitor.edit({
    kind: 'cells',
    cells: [
      { row: 1, column: 'c2', text: 'Germany' },
      { row: 2, column: 'c0', text: 'Eve' },
    ],
  });
  const after = [
    ['Germany', 0, undefined],
    ['Germany', 1, ['ES']],
    ['Oz', 0, ['OZ']],
  ];
  assert.deepEqual(await lands(), after);
  await bench.state.ports.reviews?.close(`1/${id}`);
  assert.deepEqual(await lands(), after);
  await visitor.edit({ kind: 'cells', cells: [{ row: 1, column: 'c2', text: 'spain' }] });
  assert.deepEqual((await lands())[1], ['Spain', 0, ['ES']]);
});

test('the row of names that a person has chosen counts, whatever a hook of the upload says', async () => {
  const own = { stepHooks: [{ type: 'UPLOAD_STEP', callback: '(it) => it.setHeaderRowOverride(0)' }] };
  const { id, visitor } = await inReview(bench, 'Id,Age,Name\nName,Age,Id\nAnn,x,1\n', { hooks: own });
  const header = async (): Promise<unknown> => (await visitor.get('/preview'))['header'];
  assert.equal(await header(), 0);
  assert.equal((await visitor.ask('PUT', '/header', { row: 1 })).status, 200);
  assert.equal(await header(), 1);
  await bench.state.ports.reviews?.close(`1/${id}`);
  assert.equal(await header(), 1);
  assert.deepEqual(
    (await visitor.rows()).map(({ cells }) => cells.map(({ v }) => v)),
    [['Ann', 'x', '1']],
  );
});

test('hooks know rows by their places among all rows, and by ids that stay', async () => {
  const own = {
    stepHooks: [{ type: 'REVIEW_STEP', callback: "(it) => it.addRows([{ index: 0, row: { name: 'First' } }])" }],
    bulkRowHooks: [
      "(records) => records.map(({ index, rowId }) => ({ index, row: { id: { info: [{ message: index + ' ' + rowId, level: 'info' }] } } }))",
    ],
    rowHooks: ['({ index, rowId }) => ({ row: { mail: { value: rowId + "@" + index + ".example" } } })'],
    rowDeleteHooks: ['({ index, rowId }) => { if (index !== 1 || rowId !== "row-1") throw new Error(index + " " + rowId) }'],
  };
  const { id, visitor } = await inReview(bench, 'Name,Mail,Age,Id\nAnn,,1,1\nBob,,x,2\nCy,,3,3\n', { hooks: own });
  const shownIds = async (): Promise<readonly unknown[]> =>
    (await visitor.rows()).map(({ cells }) => [cells[1]?.v, cells[3]?.m?.[0]?.message]);
  const first = ['REVIEW_STEP-1-1@0.example', '0 REVIEW_STEP-1-1'];
  const [ann, bob, cy] = [1, 2, 3].map((n) => [`row-${n}@${n}.example`, `${n} row-${n}`]);
  assert.deepEqual(await shownIds(), [first, ann, bob, cy]);
  await visitor.edit({
    kind: 'cells',
    cells: [
      { row: 0, column: 'c2', text: '5' },
      { row: 3, column: 'c2', text: '5' },
    ],
  });
  assert.deepEqual(await shownIds(), [first, ann, bob, cy]);
  const refused = await visitor.edit({ kind: 'delete', rows: [2] });
  assert.deepEqual([refused.status, refused.body['code']], [422, 'hook.failed']);
  assert.match(JSON.stringify(refused.body), /on row 2/);
  assert.equal((await visitor.edit({ kind: 'delete', rows: [1] })).status, 200);
  await visitor.edit({ kind: 'cells', cells: [{ row: 2, column: 'c2', text: '6' }] });
  await visitor.edit({ kind: 'add', cells: { c0: 'Di' } });
  const after = [first, ['row-2@1.example', '1 row-2'], cy, ['added-4@3.example', '3 added-4']];
  assert.deepEqual(await shownIds(), after);
  await bench.state.ports.reviews?.close(`1/${id}`);
  await visitor.edit({ kind: 'cells', cells: [{ row: 0, column: 'c2', text: '8' }] });
  assert.deepEqual(await shownIds(), after);
});

test('what hooks have written is no edit of somebody, and undoing takes it back with the edit that it followed', async () => {
  const own = {
    rowHooks: [
      `({ row }, mode) => mode === 'update'
        ? { row: { name: { value: row.name.value + '!' }, id: { value: 'of ' + row.age.value, info: [{ message: row.age.value, level: 'info' }] } } }
        : null`,
    ],
  };
  const { id, visitor } = await inReview(bench, 'Name,Age,Id\nAnn,x,1\nBob,2,2\n', { hooks: own });
  const looks = async (): Promise<unknown> => {
    const { undo, redo, counts } = await visitor.state();
    const [row] = await visitor.rows();
    const cells = row?.cells.map(({ v, raw, e }) => [v, ...(raw === undefined ? [] : [raw]), ...(e ? ['e'] : [])].join(' < '));
    return [cells?.join('|'), (counts as { readonly edited: number }).edited, undo, redo];
  };
  const turn = async (kind: string): Promise<void> =>
    void (await visitor.post(`/${kind}`, { version: (await visitor.state())['version'] }));
  const before = ['Ann|x|1', 0, 0, 0];
  const named = ['E! < Ann < e|x|of x', 1, 1, 0];
  assert.deepEqual(await looks(), before);
  await visitor.edit({ kind: 'cells', cells: [{ row: 0, column: 'c0', text: 'E' }] });
  assert.deepEqual(await looks(), named);
  await visitor.edit({ kind: 'cells', cells: [{ row: 0, column: 'c1', text: '5' }] });
  assert.deepEqual(await looks(), ['E!! < Ann < e|5 < x < e|of 5', 1, 2, 0]);
  await turn('undo');
  assert.deepEqual(await looks(), ['E! < Ann < e|x|of x', 1, 1, 1]);
  assert.deepEqual(
    (await visitor.rows())[0]?.cells[2]?.m,
    [{ level: 'info', message: 'x' }],
    'messages are those of the row as it is',
  );
  await turn('undo');
  assert.deepEqual(await looks(), ['Ann|x|1', 0, 0, 2]);
  await turn('redo');
  assert.deepEqual(await looks(), ['E! < Ann < e|x|of x', 1, 1, 1]);
  const shownBefore = await shown(visitor);
  await bench.state.ports.reviews?.close(`1/${id}`);
  assert.deepEqual(await shown(visitor), shownBefore);
});

test('a cell that only a hook has written is not edited, also when it is all that an edit leads to', async () => {
  const own = { rowHooks: ["({ row }, mode) => mode === 'update' ? { row: { name: { value: 'by hook' } } } : null"] };
  const { visitor } = await inReview(bench, 'Name,Age\nAnn,x\n', { hooks: own });
  await visitor.edit({ kind: 'cells', cells: [{ row: 0, column: 'c1', text: '5' }] });
  assert.deepEqual((await visitor.rows())[0]?.cells, [{ v: 'by hook' }, { v: '5', raw: 'x', e: true }]);
  await visitor.edit({ kind: 'cells', cells: [{ row: 0, column: 'c1', text: 'x' }] });
  assert.equal(((await visitor.state())['counts'] as { readonly edited: number }).edited, 0);
});
