/** Columns that become fields of their own, and the owner's words for what is wrong. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open, type Bench, type Fields } from './harness.ts';
import { guest } from './review-harness.ts';

let bench: Bench;
before(async () => {
  bench = await open();
});
after(async () => await bench.close());

const fields = [{ label: 'Name', key: 'name', validators: [{ validate: 'required' }] }];
const text = 'Name,Firma,,name (2)\nAnn,Acme,x,y\n';
const placed = (header: string, at: number) => ({ fileHeader: header, fileHeaderIndex: at, isCustom: true, manyToOne: false });

test('columns that match nothing become fields by themselves, where the settings say so', async () => {
  const settings = { reviewStep: { autoCreateUnmappedColumns: true }, matchingStep: { fuzzyMatchHeaders: false } };
  const done = await bench.imported({ fields, settings }, text);
  assert.deepEqual(await bench.rowsOf(done['id']), [{ name: 'Ann', Firma: 'Acme', 'name (2)': 'y' }]);
  const told = (done['result_metadata'] as Fields)['fields'] as Fields; // objects
  assert.deepEqual([told['Firma'], told['name (2)']], [placed('Firma', 1), placed('name (2)', 3)]);
  const plain = await bench.imported({ fields, settings: { ...settings, reviewStep: {} } }, text);
  assert.deepEqual(await bench.rowsOf(plain['id']), [{ name: 'Ann' }]);
});

test('a column whose name can be no key is called by its number, too', async () => {
  const settings = { reviewStep: { autoCreateUnmappedColumns: true } };
  const done = await bench.imported({ fields, settings }, 'Name,__proto__\nAnn,x\n');
  assert.deepEqual(await bench.rowsOf(done['id']), [{ name: 'Ann', '__proto__ (2)': 'x' }]);
});

test('a person makes fields of columns, where the settings let them', async () => {
  const wanted = (more: object) => ({
    fields,
    settings: { invalidDataBehavior: 'BLOCK_SUBMIT', passThroughUnmappedColumns: true, ...more },
  });
  const bad = `${text},Umbra,,z\n`;
  const made = await bench.imported(wanted({ allowCustomFields: true }), bad);
  const visitor = guest(made['review_url']);
  const { columns } = await visitor.get('/preview');
  assert.deepEqual(
    (columns as readonly Fields[]).map(({ custom }) => custom),
    [false, false, false, false],
  );
  for (const custom of [[0], [9], [-1]])
    assert.equal((await visitor.ask('PUT', '/mapping', { columns: { 0: 'name' }, custom })).status, 400);
  assert.equal((await visitor.ask('PUT', '/mapping', { columns: { 0: 'name' }, custom: [1, 2] })).status, 200);
  const state = await visitor.state();
  assert.deepEqual(
    (state['columns'] as readonly Fields[]).map(({ label }) => label),
    ['Name', 'Firma', '(3)'],
  );
  await visitor.edit({ kind: 'cells', cells: [{ row: 1, column: 'c0', text: 'Bob' }] });
  assert.equal((await visitor.ask('POST', '/finish', { version: Number((await visitor.state())['version']) })).status, 200);
  const done = await bench.settled(made['id']);
  assert.deepEqual(await bench.rowsOf(made['id']), [
    { name: 'Ann', Firma: 'Acme', '(3)': 'x', $unmapped: { 3: 'y' } },
    { name: 'Bob', Firma: 'Umbra', '(3)': '', $unmapped: { 3: 'z' } },
  ]);
  assert.deepEqual(((done['result_metadata'] as Fields)['fields'] as Fields)['Firma'], placed('Firma', 1)); // objects

  // Nothing but fields of their own: those that are needed are filled in by hand.
  const none = guest((await bench.imported(wanted({ allowCustomFields: true }), 'x,y\n1,2\n'))['review_url']);
  assert.equal((await none.ask('PUT', '/mapping', { columns: {}, custom: [0, 1] })).status, 200);
  assert.deepEqual(
    ((await none.state())['columns'] as readonly Fields[]).map(({ label }) => label),
    ['Name', 'x', 'y'],
  );

  const closed = guest((await bench.imported(wanted({}), bad))['review_url']);
  assert.equal((await closed.ask('PUT', '/mapping', { columns: { 0: 'name' }, custom: [1] })).status, 400);
});

test('what the owner says in place of our words, by validator and by type', async () => {
  const own = [
    ...fields,
    { label: 'Age', key: 'age', type: 'number', validators: [{ validate: 'unique', errorMessage: 'Twice' }] },
  ];
  const settings = { textOverrides: { errors: { REQUIRED: 'Please fill in', unique: 'x', number: 'Digits, please' } } };
  const done = await bench.imported({ fields: own, settings }, 'Name,Age\n,1\nAnn,x\nBob,1\n');
  const { errors } = done['result_metadata'] as Fields; // an object
  assert.deepEqual(
    (errors as readonly Fields[]).map(({ rowIndex, message }) => [rowIndex, message]),
    [
      [0, 'Please fill in'],
      [0, 'Twice'],
      [1, 'Digits, please'],
      [2, 'Twice'],
    ],
  );
});

test('what no field takes has a name that no other field gets', async () => {
  const fields = [{ label: 'A', key: 'a' }];
  const own = { autoCreateUnmappedColumns: true };
  const rowsOf = async (settings: object, hooks: object = {}): Promise<unknown> => {
    const done = await bench.imported({ fields, settings, hooks }, 'A,$unmapped\nx,1\n');
    return done['status'] === 'SUCCESSFUL' ? await bench.rowsOf(done['id']) : JSON.stringify(done['import_errors']);
  };
  const passed = { passThroughUnmappedColumns: true };
  assert.deepEqual(await rowsOf({ ...passed, reviewStep: own }), [{ a: 'x', '$unmapped (2)': '1', $unmapped: {} }]);
  assert.deepEqual(await rowsOf({ reviewStep: own }), [{ a: 'x', $unmapped: '1' }], 'it is free where no row has it');
  const callback = "async (it) => { await it.addField({ label: 'U', key: '$unmapped' }) }";
  for (const type of ['UPLOAD_STEP', 'REVIEW_STEP', 'REVIEW_STEP_PRE_SUBMIT'])
    assert.match(String(await rowsOf(passed, { stepHooks: [{ type, callback }] })), /addField: .*\$unmapped/, type);
});
