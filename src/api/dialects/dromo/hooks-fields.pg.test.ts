/** Fields that hooks of a step add and take away: in what later steps are told, in the rows, and in what is told at the end. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open, type Fields } from './harness.ts';
import { inReview } from './review-harness.ts';

const bench = await open();
after(async () => await bench.close());

const fields = [
  { label: 'A', key: 'a' },
  { label: 'B', key: 'b', type: 'number', validators: [{ validate: 'required' }] },
  { label: 'C', key: 'c', validators: [{ validate: 'require_with', fields: ['b'] }] },
];
const step = (type: string, body: string) => ({ type, callback: `async (it, data) => { ${body} }` });
const done = async (
  hooks: object,
  csv = 'A,B,C\nx,1,y\n',
  settings = {},
): Promise<{ readonly found: Fields; readonly rows: unknown }> => {
  const found = await bench.imported({ fields, hooks, settings }, csv);
  assert.equal(found['status'], 'SUCCESSFUL', JSON.stringify(found['import_errors']));
  return { found: found['result_metadata'] as Fields, rows: await bench.rowsOf(found['id']) }; // as documented
};
const tells = (what: string): string => `await it.addRows([{ row: { a: { value: JSON.stringify(${what}) } } }])`;

test('a field that is taken away is nowhere any more', async () => {
  const { found, rows } = await done({
    stepHooks: [
      step('REVIEW_STEP', "await it.removeField('b')"),
      step('REVIEW_STEP_POST_HOOKS', tells('[data.headerMapping, Object.keys(data.fields)]')),
    ],
  });
  assert.deepEqual(rows, [
    { a: 'x', c: 'y' },
    { a: JSON.stringify([{ A: 'a', C: 'c' }, ['a', 'c']]), c: '' },
  ]);
  assert.deepEqual(Object.keys(found['fields'] as Fields), ['a', 'c']);
});

test('before there are columns too: nobody looks for one', async () => {
  const { found, rows } = await done({ stepHooks: [step('UPLOAD_STEP', "await it.removeField('b')")] }, 'A,C\nx,y\n');
  assert.deepEqual(rows, [{ a: 'x', c: 'y' }]);
  assert.deepEqual(Object.keys(found['fields'] as Fields), ['a', 'c']);
});

test('one of the same key may come in its place, empty and with rules of its own', async () => {
  const added = "await it.addField({ label: 'Other', key: 'b', validators: [{ validate: 'unique' }] }, { before: 'a' })";
  const { rows } = await done({
    stepHooks: [step('REVIEW_STEP', `await it.removeField('b'); ${added}`)],
    rowHooks: ["({ row }) => ({ row: { b: { value: '<' + row.b.value + '>' } } })"],
  });
  assert.deepEqual(rows, [{ b: '<>', a: 'x', c: 'y' }]);
  const later = await done({
    stepHooks: [step('REVIEW_STEP', "await it.removeField('b')"), step('REVIEW_STEP_PRE_SUBMIT', added)],
  });
  assert.deepEqual(later.rows, [{ b: '', a: 'x', c: 'y' }]);
});

test('the last field stays', async () => {
  const all = "await it.removeField('a'); await it.removeField('b'); await it.removeField('c')";
  const found = await bench.imported({ fields, hooks: { stepHooks: [step('REVIEW_STEP', all)] } }, 'A,B,C\nx,1,y\n');
  assert.match(JSON.stringify(found['import_errors']), /removeField: an import needs a field/);
});

test('a person may still say which column it is', async () => {
  const hooks = { stepHooks: [step('REVIEW_STEP', "await it.removeField('b')")] };
  const { visitor } = await inReview(bench, 'A,B,D\nx,1,\n', {
    fields: [...fields, { label: 'D', key: 'd', validators: [{ validate: 'required' }] }],
    hooks,
  });
  const mapped = await visitor.ask('PUT', '/mapping', { columns: { 0: 'a', 1: 'b', 2: 'd' } });
  assert.equal(mapped.status, 200, JSON.stringify(mapped.body));
  assert.deepEqual(
    (mapped.body['columns'] as Fields[]).map(({ field }) => field),
    ['a', 'd'],
  ); // a list
});

test('a column hook of a field that a step adds runs, and fails where nothing adds it', async () => {
  const columnHooks = [
    { fieldName: 'late', callback: '(values) => values.map(({ index }) => ({ index, value: String(index) }))' },
  ];
  const add = step('REVIEW_STEP', "await it.addField({ label: 'Late', key: 'late' })");
  assert.deepEqual((await done({ columnHooks, stepHooks: [add] })).rows, [{ a: 'x', b: 1, c: 'y', late: '0' }]);
  const nothing = [step('UPLOAD_STEP', '')];
  const found = await bench.imported({ fields, hooks: { columnHooks, stepHooks: nothing } }, 'A,B,C\nx,1,y\n');
  assert.deepEqual(
    [found['status'], (found['import_errors'] as Fields[]).map(({ code, message }) => [code, message])], // a list
    ['FAILED', [['hook.failed', 'running column hook 1 (late): there is no field late']]],
  );
  const removed = {
    columnHooks: [{ ...columnHooks[0], fieldName: 'b' }],
    stepHooks: [step('REVIEW_STEP', "await it.removeField('b')")],
  };
  assert.deepEqual((await done(removed)).rows, [{ a: 'x', c: 'y' }]);
  const refused = async (hooks: object): Promise<number> =>
    (await bench.ask('POST', '/api/v1/headless/imports/', { fields, hooks, original_filename: 'a.csv' })).status;
  assert.equal(await refused({ columnHooks }), 400);
  assert.equal(await refused({ columnHooks, stepHooks: [step('REVIEW_STEP_POST_HOOKS', '')] }), 400, 'too late');
});

test('rows and messages of the first step wait for the rows', async () => {
  const { found, rows } = await done(
    {
      stepHooks: [
        step(
          'UPLOAD_STEP',
          `const [id] = await it.addRows([{ row: { a: { value: 'gone' } } }, { index: 0, row: { a: { value: 'first' } } }]);
         await it.removeRows([id, 'row-2']);
         await it.updateInfoMessages([{ rowIndex: 1, fieldKey: 'a', messages: [{ message: 'no' }] }])`,
        ),
        step('REVIEW_STEP', "await it.addRows([{ row: { a: { value: 'last' } } }])"),
      ],
    },
    'A,B,C\nx,1,y\nz,2,y\n',
    { invalidDataBehavior: 'INCLUDE_INVALID_ROWS' },
  );
  assert.deepEqual(
    (rows as Fields[]).map(({ a }) => a),
    ['first', 'x', 'last'],
  ); // a list
  const said = (found['errors'] as Fields[]).filter(({ fieldKey }) => fieldKey === 'a');
  assert.deepEqual(
    said.map(({ rowIndex, message }) => [rowIndex, message]),
    [[1, 'no']],
  );
  const wrong = await bench.imported(
    { fields, hooks: { stepHooks: [step('UPLOAD_STEP', 'await it.addRows([5])')] } },
    'A,B,C\nx,1,y\n',
  );
  assert.match(JSON.stringify(wrong['import_errors']), /step hook 1 \(UPLOAD_STEP\): addRows: rows are objects/);
});
