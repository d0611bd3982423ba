/** What members of lists mean, as a person says it once for all of them. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open } from './harness.ts';
import { blocking, inReview } from './review-harness.ts';

const bench = await open();
after(async () => await bench.close());

const colours = {
  label: 'Colours',
  key: 'colours',
  type: 'multi-select',
  selectOptions: [
    { label: 'Red', value: 'r', alternateMatches: ['rouge'] },
    { label: 'Blue', value: 'b' },
    { label: 'Green', value: 'g' },
  ],
};
const fields = [{ label: 'Name', key: 'name' }, colours];
const text = 'Name,Colours\nAnn,"Red, blau"\nBob,"blau, rot, Green"\nCy,"rouge"\nDee,violett\nEve,\n';

test('members that mean no option are asked for, each once, and mean what somebody says wherever they stand', async () => {
  const { id, visitor } = await inReview(bench, text, { fields });
  assert.equal((await visitor.state())['stage'], 'values');
  assert.deepEqual((await visitor.get('/values?field=colours'))['values'], [
    { text: 'blau', count: 2, value: null },
    { text: 'rot', count: 1, value: null },
    { text: 'violett', count: 1, value: null },
  ]);
  await visitor.ask('PUT', '/values', { field: 'colours', map: { blau: 'b' } });
  assert.equal((await visitor.state())['stage'], 'values');
  await visitor.ask('PUT', '/values', { field: 'colours', map: { rot: 'Red', violett: null } });
  assert.equal((await visitor.state())['stage'], 'rows');
  assert.deepEqual((await visitor.get('/values?field=colours'))['values'], [
    { text: 'rot', count: 0, value: 'Red' },
    { text: 'blau', count: 0, value: 'b' },
    { text: 'violett', count: 1, value: null },
  ]);
  const rows = await visitor.rows();
  assert.deepEqual(
    rows.map(({ cells }) => cells[1]?.v),
    ['Red, Blue', 'Blue, Red, Green', 'Red', 'violett', ''],
  );
  assert.deepEqual(
    rows.map(({ cells }) => cells[1]?.m?.map(({ level }) => level) ?? []),
    [[], [], [], ['error'], []],
    'what somebody has said is no guess',
  );
  await visitor.edit({ kind: 'cells', cells: [{ row: 3, column: 'c1', text: 'rot,Blue' }] });
  const { version } = await visitor.state();
  assert.equal((await visitor.ask('POST', '/finish', { version })).status, 200);
  assert.deepEqual(await bench.rowsOf(id), [
    { name: 'Ann', colours: ['r', 'b'] },
    { name: 'Bob', colours: ['b', 'r', 'g'] },
    { name: 'Cy', colours: ['r'] },
    { name: 'Dee', colours: ['r', 'b'] },
    { name: 'Eve', colours: [] },
  ]);
});

test('members that only one cell knows are none of those that are asked for', async () => {
  const rowHooks = [
    "({ row }) => row.name.value === 'Ann' ? { row: { colours: { selectOptions: [{ label: 'blau', value: 'own' }] } } } : { row: {} }",
  ];
  const { visitor } = await inReview(bench, 'Name,Colours\nAnn,"Red, blau"\nBob,"rot, Red"\n', { fields, hooks: { rowHooks } });
  assert.deepEqual((await visitor.get('/values?field=colours'))['values'], [
    { text: 'Red', count: 1, value: null },
    { text: 'rot', count: 1, value: null },
  ]);
});

test('where more members are unknown than may be asked for, the rows are the place', async () => {
  const settings = { ...blocking, matchValuesStep: { maxMappableSelectValues: 2 } };
  const { visitor } = await inReview(bench, text, { fields, settings });
  assert.equal((await visitor.state())['stage'], 'rows');
});

test('members keep their blanks where the type says so, and names that are no options stay unknown', async () => {
  const kept = { ...colours, type: ['multi-select', { trimValues: false, delimiter: ';' }] };
  const { visitor } = await inReview(bench, 'Name,Colours\nAnn,Red; rot\nBob,constructor\n', { fields: [fields[0], kept] });
  assert.deepEqual((await visitor.get('/values?field=colours'))['values'], [
    { text: ' rot', count: 1, value: null },
    { text: 'constructor', count: 1, value: null },
  ]);
  await visitor.ask('PUT', '/values', { field: 'colours', map: { ' rot': 'r', constructor: 'g' } });
  assert.deepEqual(
    (await visitor.rows()).map(({ cells }) => cells[1]?.v),
    ['Red;Red', 'Green'],
  );
});
