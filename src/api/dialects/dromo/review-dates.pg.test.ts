/** Dates that are read only as somebody agrees to: asked about, answered, and read anew from the original. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open, type Fields } from './harness.ts';
import { inReview, type Guest } from './review-harness.ts';

const bench = await open();
after(async () => await bench.close());

const fields = [
  { label: 'Name', key: 'name' },
  { label: 'Born', key: 'born', type: ['date', { autofix: false }] },
];
const settings = { importIdentifier: 'people', invalidDataBehavior: 'INCLUDE_INVALID_ROWS_AND_VALUES' };
const csv = 'Name,Born\nAnn,3/4/2024\nBob,05.06.2024\nCy,2024-07-08\n';
const codes = async (visitor: Guest): Promise<readonly unknown[]> =>
  ((await visitor.state())['reasons'] as readonly Fields[]).map(({ code }) => code); // a list of objects
const shown = async (visitor: Guest): Promise<readonly unknown[]> =>
  (await visitor.rows()).map(({ cells }) => [cells[1]?.v, cells[1]?.m?.length ?? 0]);
const say = async (visitor: Guest, order: string, field = 'born'): Promise<number> =>
  (await visitor.ask('PUT', '/dates', { field, order })).status;

test('it opens where they are asked about; the other order, and none, are choices that stay', async () => {
  const { id, visitor } = await inReview(bench, csv, { fields, settings });
  const state = await visitor.state();
  assert.equal(state['stage'], 'values');
  assert.deepEqual(await codes(visitor), ['BULK_FIX']);
  const samples = (...days: readonly string[]): object[] => [
    { before: '05.06.2024', after: days[0] },
    { before: '3/4/2024', after: days[1] },
  ];
  const readings = [
    { order: 'month', samples: samples('2024-05-06', '2024-03-04') },
    { order: 'day', samples: samples('2024-06-05', '2024-04-03') },
  ];
  assert.deepEqual((await visitor.get('/dates'))['dates'], [{ field: 'born', choice: null, readings }]);

  assert.equal(await say(visitor, 'day'), 200);
  await bench.state.ports.reviews?.close(`1/${id}`);
  assert.deepEqual([(await visitor.state())['stage'], await codes(visitor)], ['rows', []]);
  assert.deepEqual((await visitor.get('/dates'))['dates'], [{ field: 'born', choice: 'day', readings }]);
  assert.deepEqual(await shown(visitor), [
    ['4/3/2024', 0],
    ['6/5/2024', 0],
    ['7/8/2024', 0],
  ]);

  assert.equal(await say(visitor, 'keep'), 200);
  assert.deepEqual(await shown(visitor), [
    ['3/4/2024', 0],
    ['05.06.2024', 1],
    ['7/8/2024', 0],
  ]);
  assert.deepEqual((await visitor.get('/dates'))['dates'], [{ field: 'born', choice: 'keep', readings }]);
  await visitor.edit({ kind: 'cells', cells: [{ row: 1, column: 'c1', text: '2024-06-05' }] });
  assert.equal((await shown(visitor))[1]?.toString(), '6/5/2024,0');

  assert.equal(await say(visitor, 'day'), 200);
  const { status } = await visitor.ask('POST', '/finish', { version: Number((await visitor.state())['version']) });
  assert.equal(status, 200);
  await bench.settled(id);
  assert.deepEqual(await bench.rowsOf(id), [
    { name: 'Ann', born: '2024-04-03' },
    { name: 'Bob', born: '2024-06-05' },
    { name: 'Cy', born: '2024-07-08' },
  ]);
});

test('texts that decide by themselves leave one reading; other fields are not asked about', async () => {
  const { visitor } = await inReview(bench, csv.replace('3/4', '13/4'), { fields, settings });
  const [asked] = (await visitor.get('/dates'))['dates'] as readonly Fields[];
  assert.deepEqual(asked?.['readings'], [
    {
      order: 'day',
      samples: [
        { before: '05.06.2024', after: '2024-06-05' },
        { before: '13/4/2024', after: '2024-04-13' },
      ],
    },
  ]);
  assert.equal(await say(visitor, 'day', 'name'), 400);
  assert.equal(await say(visitor, 'other'), 400);
});

test('what a hook said when it stopped an import is a reason of the review', async () => {
  const beforeFinishCallback = '() => ({ cancel: true, message: "The office is closed" })';
  const { visitor } = await inReview(bench, csv, { fields: fields.slice(0, 1), settings, hooks: { beforeFinishCallback } });
  const { reasons } = await visitor.state();
  assert.deepEqual(reasons, [{ code: 'FINISH_CANCELLED', message: 'The office is closed' }]);
});

test('fields may be called as what every object has', async () => {
  const odd = [
    { label: 'Name', key: 'name' },
    { label: 'Born', key: 'constructor', type: ['date', { autofix: false }] },
    { label: 'Land', key: 'valueOf', type: 'select', selectOptions: [{ label: 'Germany', value: 'DE' }] },
    { label: 'Not there', key: 'hasOwnProperty' },
  ];
  const { visitor } = await inReview(bench, 'Name,Born,Land\nAnn,05.06.2024,constructor\n', { fields: odd, settings });
  const [asked] = (await visitor.get('/dates'))['dates'] as readonly Fields[]; // a list of objects
  assert.deepEqual([asked?.['field'], asked?.['choice']], ['constructor', null]);
  assert.deepEqual((await visitor.get('/values?field=valueOf'))['values'], [{ text: 'constructor', count: 1, value: null }]);
});
