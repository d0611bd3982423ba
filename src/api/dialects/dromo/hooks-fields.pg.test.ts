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

const single = (fileHeader: string | null, fileHeaderIndex: number | null) => ({
  fileHeader,
  fileHeaderIndex,
  isCustom: false,
  manyToOne: false,
});
const several = (fileHeaders: readonly string[], fileHeaderIndexes: readonly number[]) => ({
  fileHeader: null,
  fileHeaders,
  fileHeaderIndex: null,
  fileHeaderIndexes,
  isCustom: false,
  manyToOne: true,
});
const addD = "await it.addField({ label: 'D', key: 'd' })";
const addE = "await it.addField({ label: 'E', key: 'e', manyToOne: true })";
const addF = "await it.addField({ label: 'F', key: 'f' }, { before: 'a' })";
const own = { a: single('A', 0), b: single('B', 1), c: single('C', 2) };

test('a field that is added is told of from then on, with its column where one feeds it', async () => {
  const told = `JSON.stringify([data.headerMapping, data.fields])`;
  const { found, rows } = await done(
    {
      stepHooks: [
        step('UPLOAD_STEP', `${addD}; ${addE}; await it.addField({ label: 'G', key: 'g' })`),
        step('REVIEW_STEP', `it.addRows([{ row: { a: ${told} } }]); ${addF}; await it.removeField('g')`),
        step('REVIEW_STEP_POST_HOOKS', `await it.addRows([{ row: { a: ${told} } }]); await it.removeField('b')`),
        step('REVIEW_STEP_POST_HOOKS', `await it.addRows([{ row: { a: ${told} } }])`),
        step(
          'REVIEW_STEP_PRE_SUBMIT',
          `await it.addRows([{ row: { a: ${told} } }]); await it.addField({ label: 'H', key: 'h' })`,
        ),
        step('REVIEW_STEP_PRE_SUBMIT', `await it.addRows([{ row: { a: ${told} } }])`),
      ],
      beforeFinishCallback: `async (data, metadata, it) => {
        await it.addRows([{ row: { a: JSON.stringify(metadata.fields) } }]);
      }`,
    },
    'A,B,C,D\nx,1,y,z\n',
    { invalidDataBehavior: 'INCLUDE_INVALID_ROWS' },
  );
  const heard = (rows as Fields[]).slice(1).map(({ a }) => JSON.parse(String(a)) as unknown); // a list
  const mapped = { A: 'a', B: 'b', C: 'c', D: 'd' };
  const early = { ...own, d: single('D', 3), e: several([], []) };
  const { b, ...late } = { ...early, f: single(null, null) };
  const { B, ...others } = mapped;
  const last = { ...late, h: single(null, null) };
  assert.deepEqual([b, B], [single('B', 1), 'b']);
  assert.deepEqual(heard, [
    [mapped, { ...early, g: single(null, null) }],
    [mapped, { ...late, b }],
    [others, late],
    [others, late],
    [others, last],
    last,
  ]);
  assert.deepEqual(found['fields'], last);
});

test('fields of the import that nothing feeds are not told of, whatever hooks do', async () => {
  const stepHooks = [step('REVIEW_STEP', addF)];
  const { found, rows } = await done({ stepHooks }, 'A,B\nx,1\n');
  assert.deepEqual(found['fields'], { f: single(null, null), a: own.a, b: own.b });
  assert.deepEqual(rows, [{ f: '', a: 'x', b: 1 }]);
});

test('in a review too: in what hooks of its end are told, and at the end', async () => {
  const stepHooks = [step('UPLOAD_STEP', `${addD}; ${addE}`), step('REVIEW_STEP', addF)];
  const kept = "await it.addRows([{ row: { a: JSON.stringify([data.headerMapping, data.fields]), b: '2', c: 'y' } }])";
  const all = { f: single(null, null), ...own, d: single('D', 3), e: several(['E'], [4]) };
  const settings = { invalidDataBehavior: 'BLOCK_SUBMIT' };
  const ended = async (hooks: object): Promise<{ readonly fields: unknown; readonly rows: Fields[] }> => {
    const { id, visitor } = await inReview(bench, 'A,B,C,D,E\nx,,y,z,u\n', { fields, settings, hooks });
    const edited = await visitor.edit({ kind: 'cells', cells: [{ row: 0, column: 'c1', text: '1' }] });
    assert.equal(edited.status, 200, JSON.stringify(edited.body));
    const finished = await visitor.ask('POST', '/finish', { version: Number((await visitor.state())['version']) });
    assert.equal(finished.body['status'], 'done', JSON.stringify(finished.body));
    const { result_metadata } = await bench.settled(id);
    return { fields: (result_metadata as Fields)['fields'], rows: (await bench.rowsOf(id)) as Fields[] }; // as documented
  };
  assert.deepEqual((await ended({ stepHooks })).fields, all);
  const closing = await ended({ stepHooks: [...stepHooks, step('REVIEW_STEP_PRE_SUBMIT', kept)] });
  assert.deepEqual(closing.fields, all);
  const mapping = { A: 'a', B: 'b', C: 'c', D: 'd', E: 'e' };
  assert.deepEqual(JSON.parse(String(closing.rows[1]?.['a'])), [mapping, all]);
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

const orderOf = async (id: unknown): Promise<unknown> =>
  ((await bench.ask('GET', `/api/v1/upload/${String(id)}/metadata/`)).body as Fields)['field_order']; // an object

test('an upload names the fields of the rows that were delivered, in their order', async () => {
  const asked = [
    { label: 'A', key: 'a' },
    { label: 'N', key: 'n' },
    { label: 'Optional', key: 'opt' },
    { label: 'Empty', key: 'h', hidden: true },
    { label: 'Filled', key: 'g', hidden: true },
  ];
  const settings = { invalidDataBehavior: 'BLOCK_SUBMIT', reviewStep: { autoCreateUnmappedColumns: true } };
  const plain = await bench.imported({ fields: asked, settings }, 'Own,N,A\nu,1,x\n');
  assert.deepEqual(await orderOf(plain['id']), ['a', 'n', 'Own']);
  const hooks = {
    stepHooks: [step('REVIEW_STEP', "await it.addField({ label: 'New', key: 'new' }, { before: 'a' }); it.removeField('n')")],
    rowHooks: ["() => ({ row: { g: { value: 'y' } } })"],
  };
  const hooked = await bench.imported({ fields: asked, settings, hooks }, 'Own,N,A\nu,1,x\n');
  const order = ['new', 'a', 'g', 'Own'];
  assert.deepEqual(
    [await orderOf(hooked['id']), await bench.rowsOf(hooked['id'])],
    [order, [{ new: '', a: 'x', g: 'y', Own: 'u' }]],
  );

  const required = asked.map((field) => (field.key === 'a' ? { ...field, validators: [{ validate: 'required' }] } : field));
  const last = step('REVIEW_STEP_PRE_SUBMIT', "await it.addField({ label: 'Last', key: 'last' })");
  for (const closing of [[], [last]]) {
    const wanted = { fields: required, settings, hooks: { ...hooks, stepHooks: [...hooks.stepHooks, ...closing] } };
    const { id, visitor } = await inReview(bench, 'Own,N,A\nu,1,\n', wanted);
    await visitor.edit({ kind: 'cells', cells: [{ row: 0, column: 'c2', text: 'z' }] });
    await visitor.post('/finish', { version: Number((await visitor.state())['version']) });
    const expected = [...order, ...closing.map(() => 'last')];
    const [row] = (await bench.rowsOf(id)) as Fields[]; // a list
    assert.deepEqual([await orderOf(id), Object.keys(row ?? {})], [expected, expected]);
  }
});
