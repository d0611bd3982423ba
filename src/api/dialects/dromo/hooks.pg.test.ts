/** Hooks in an import: what they see, what they change, and what happens to an import in which one fails. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open, type Bench, type Fields } from './harness.ts';

let bench: Bench;
before(async () => {
  bench = await open();
});
after(async () => await bench.close());

const fields = [
  { label: 'Name', key: 'name' },
  { label: 'Age', key: 'age', type: 'number' },
  { label: 'Note', key: 'note', hidden: true },
];
const csv = 'name,age\nAnn,"1,200"\nBob,7\n';

async function run(hooks: object, more: { fields?: readonly object[]; csv?: string; settings?: object } = {}) {
  const { fields: own = fields, csv: text = csv, settings = {} } = more;
  const done = await bench.imported({ fields: own, hooks, settings }, text);
  const rows = done['status'] === 'SUCCESSFUL' ? await bench.rowsOf(done['id']) : undefined;
  return { ...done, rows, errors: (done['result_metadata'] as Fields | null)?.['errors'] as Fields[] | undefined } as Fields & {
    // as documented
    rows: unknown;
    errors: Fields[] | undefined;
    status: string;
  };
}

test('column, batch, bulk and row hooks, in their order, over raw and then over understood values', async () => {
  const { status, rows } = await run({
    columnHooks: [
      { fieldName: 'age', callback: '(values) => values.map(({ index, value }) => ({ index, value: value + "0" }))' },
    ],
    batchRowHooks: [
      '(records, number) => records.map(({ index, row }) => ({ index, row: { note: { value: `batch ${number}` } } }))',
    ],
    bulkRowHooks: ['(records, mode) => records.map((r) => { r.row.note.value += ` bulk ${mode}`; return r })'],
    rowHooks: [
      '(record, mode) => { const { age, note } = record.row; note.value += ` row ${mode} ${age.value} ${age.resultValue}`; return record }',
      "(record) => ({ row: { name: { value: record.row.name.value + '!' } } })",
    ],
  });
  assert.equal(status, 'SUCCESSFUL');
  assert.deepEqual(rows, [
    { name: 'Ann!', age: 12000, note: 'batch 1 bulk init row init 12,000 12000' },
    { name: 'Bob!', age: 70, note: 'batch 1 bulk init row init 70 70' },
  ]);
});

test('what a hook writes is parsed and validated; its messages count by their level', async () => {
  const { rows, errors } = await run({
    rowHooks: [
      "({ index, row }) => index === 0 ? { row: { age: { value: 'old' } } } : { row: { name: { info: [{ message: 'look', level: 'warning' }] } } }",
    ],
  });
  assert.deepEqual(rows, [{ name: 'Bob', age: 7 }]);
  assert.deepEqual(errors, [{ rowIndex: 0, fieldKey: 'age', message: 'This is not a number', value: 'old' }]);
  const told = await run({
    rowHooks: [
      "() => ({ row: { name: { info: [{ message: 'no' }] } } })",
      "({ index }) => index === 1 ? { row: { name: { info: [] } } } : { row: { name: { value: 'Eve' } } }",
    ],
  });
  assert.deepEqual(told.errors, [{ rowIndex: 0, fieldKey: 'name', message: 'no', value: 'Eve' }]);
  assert.deepEqual(told.rows, [{ name: 'Bob', age: 7 }]);
});

test('options of one cell take the place of those of its field', async () => {
  const selectOptions = [{ label: 'Red', value: 'r' }];
  const own = [fields[0] ?? {}, { label: 'Colour', key: 'colour', type: 'select', selectOptions }];
  const { rows, errors } = await run(
    {
      rowHooks: [
        "({ index }) => index === 1 ? { row: { colour: { selectOptions: [{ label: 'Blue', value: 'b' }] } } } : index === 3 ? { row: { colour: { selectOptions: [{ label: 'Blue', value: 'b', alternateMatches: ['azure'] }] } } } : null",
      ],
    },
    { fields: own, csv: 'name,colour\nA,Red\nB,Blue\nC,Blue\nD,azure\n' },
  );
  assert.deepEqual(rows, [
    { name: 'A', colour: 'r' },
    { name: 'B', colour: 'b' },
    { name: 'D', colour: 'b' },
  ]);
  assert.deepEqual(
    errors?.map(({ rowIndex, fieldKey }) => [rowIndex, fieldKey]),
    [[2, 'colour']],
  );
});

test('several columns of one field: a column hook for each, a list of parts for the others', async () => {
  const own = [{ label: 'Tag', key: 'tag', manyToOne: true }];
  const { rows } = await run(
    {
      columnHooks: [
        {
          fieldName: 'tag',
          callback: '(values) => values.map(({ index, value }) => ({ index, value: `${value}/${values.length}` }))',
        },
      ],
      rowHooks: [
        '({ row }) => ({ row: { tag: { manyToOne: row.tag.manyToOne.map(({ value }) => ({ value: `<${value}>` })) } } })',
      ],
    },
    { fields: own, csv: 'tag,Tag\na,b\nc,d\n' },
  );
  assert.deepEqual(rows, [{ tag: ['<a/2>', '<b/2>'] }, { tag: ['<c/2>', '<d/2>'] }]);
  const nothing = await run({ rowHooks: ['() => ({ row: { tag: {} } })'] }, { fields: own, csv: 'tag,Tag\na,b\n' });
  assert.deepEqual(nothing.rows, [{ tag: ['a', 'b'] }]);
  const wrong = await run({ rowHooks: ["() => ({ row: { tag: { value: 'x' } } })"] }, { fields: own, csv: 'tag,Tag\na,b\n' });
  assert.equal(wrong.status, 'FAILED');
});

test('steps: fields and rows come and go, messages are told, and each step knows what it should', async () => {
  const { rows, errors } = await run(
    {
      stepHooks: [
        {
          type: 'UPLOAD_STEP',
          callback:
            '(it, { filename, dataPreview }) => { if (filename !== "in.csv" || dataPreview[1][1] !== "Age") throw new Error("upload"); return it.setHeaderRowOverride(1) }',
        },
        {
          type: 'REVIEW_STEP',
          callback: `async (it, { rawHeaders, headerMapping, fields }) => {
            if (rawHeaders.length !== 2 || headerMapping.Age !== 'age' || fields.name.fileHeaderIndex !== 0) throw new Error('review');
            await it.addField({ label: 'Length', key: 'length', type: 'number', validators: [{ validate: 'required' }] }, { after: 'name' });
            await it.removeField('age');
            const [id] = await it.addRows([{ index: 0, row: { name: { value: 'First' } } }, { row: { name: { value: 'Last' } } }]);
            await it.removeRows(['row-3']);
          }`,
        },
        {
          type: 'REVIEW_STEP_POST_HOOKS',
          callback:
            '(it, { fields }) => it.updateInfoMessages([{ rowIndex: 2, fieldKey: "name", messages: [{ message: "last one" }] }])',
        },
      ],
      rowHooks: ['({ row }) => ({ row: { length: { value: row.name.value.length } } })'],
    },
    { csv: 'x,y\nName,Age\nAnn,1\nBob,2\n', settings: { invalidDataBehavior: 'INCLUDE_INVALID_ROWS' } },
  );
  assert.deepEqual(rows, [
    { name: 'First', length: 5 },
    { name: 'Ann', length: 3 },
    { name: 'Last', length: 4 },
  ]);
  assert.deepEqual(errors, [{ rowIndex: 2, fieldKey: 'name', message: 'last one', value: 'Last' }]);
});

test('a row of names far below the first ones, by a hook or by the settings', async () => {
  const above = Array.from({ length: 40 }, (_, at) => `remark ${at},x\n`).join('');
  const text = `${above}Name,Age\nAnn,1\n`;
  const hook = { stepHooks: [{ type: 'UPLOAD_STEP', callback: '(it) => it.setHeaderRowOverride(40)' }] };
  assert.deepEqual((await run(hook, { csv: text })).rows, [{ name: 'Ann', age: 1 }]);
  const settings = { matchingStep: { headerRowOverride: 40 } };
  assert.deepEqual((await run({}, { csv: text, settings })).rows, [{ name: 'Ann', age: 1 }]);
  const behind = await run({}, { csv: text, settings: { matchingStep: { headerRowOverride: 1_000_000_000 } } });
  assert.equal(behind.status, 'NEEDS_REVIEW');
  for (const wrong of ['setHeaderRowOverride(-1)', 'setHeaderRowOverride("x")', 'setDevelopmentMode("yes")']) {
    const done = await run({ stepHooks: [{ type: 'UPLOAD_STEP', callback: `(it) => it.${wrong}` }] });
    assert.equal(done.status, 'FAILED', wrong);
  }
});

test('before the end: the rows as they go out, the metadata, and a word against it', async () => {
  const callback =
    "(data, metadata) => ({ cancel: data.length === 2 && metadata.filename === 'in.csv' && data[0].age === 1200, message: 'ask Eve' })";
  const held = await run({ beforeFinishCallback: callback });
  assert.deepEqual([held.status, held['import_errors']], ['NEEDS_REVIEW', [{ message: 'ask Eve', code: 'FINISH_CANCELLED' }]]);
  assert.equal((await run({ beforeFinishCallback: '() => {}' })).status, 'SUCCESSFUL');
  const late = {
    stepHooks: [
      {
        type: 'REVIEW_STEP_PRE_SUBMIT',
        callback: '(it) => it.updateInfoMessages([{ rowIndex: 0, fieldKey: "age", messages: [{ message: "late" }] }])',
      },
    ],
  };
  assert.deepEqual((await run(late)).rows, [{ name: 'Bob', age: 7 }]);
});

const failing: readonly (readonly [string, object, string, Fields])[] = [
  [
    'a row hook',
    { rowHooks: ['(r) => r', '({ index }) => { if (index === 1) throw new Error("no Bobs") }'] },
    'hook.failed',
    { hook: 'row', index: 1, row: 1 },
  ],
  [
    'a column hook',
    { columnHooks: [{ fieldName: 'age', callback: '() => 5' }] },
    'hook.failed',
    { hook: 'column', index: 0, row: null },
  ],
  [
    'a step',
    { stepHooks: [{ type: 'REVIEW_STEP', callback: '(it) => it.addField({ key: "x" })' }] },
    'hook.failed',
    { hook: 'step', index: 0, row: null },
  ],
  [
    'an unknown field',
    { rowHooks: ['() => ({ row: { nobody: { value: 1 } } })'] },
    'hook.failed',
    { hook: 'row', index: 0, row: 0 },
  ],
  [
    'the one before the end',
    { beforeFinishCallback: '() => { throw new Error("stop") }' },
    'hook.failed',
    { hook: 'before-finish', index: 0, row: null },
  ],
];

for (const [name, hooks, code, where] of failing) {
  test(`fails the import: ${name}`, async () => {
    const done = await run(hooks);
    assert.equal(done.status, 'FAILED');
    const [error] = done['import_errors'] as Fields[]; // a list
    assert.deepEqual(
      { code: error?.['code'], hook: error?.['hook'], index: error?.['index'], row: error?.['row'] },
      { code, ...where },
    );
    if (name === 'a row hook') assert.match(String(error?.['message']), /row hook 2 on row 1: .*no Bobs/);
  });
}

test('no function: refused before anything is kept, with its path', async () => {
  const ask = async (hooks: object) =>
    await bench.ask('POST', '/api/v1/headless/imports/', { fields, hooks, original_filename: 'a.csv' });
  const wrong = await ask({ rowHooks: ['(r) => r', '5'], columnHooks: [{ fieldName: 'x', callback: '(' }] });
  assert.equal(wrong.status, 400);
  const text = JSON.stringify(wrong.body);
  for (const path of ['hooks.rowHooks[1]', 'hooks.columnHooks[0].fieldName', 'hooks.columnHooks[0].callback'])
    assert.ok(text.includes(path.slice(6)), text);
  const saved = await bench.ask('POST', '/api/v1/schemas/', {
    name: 'h',
    fields,
    settings: { importIdentifier: 'h' },
    hooks: { bulkRowHooks: ['x ='] },
  });
  assert.equal(saved.status, 400, JSON.stringify(saved.body));
});

test('hooks of a saved schema run; those of the request take their place', async () => {
  const hooks = { rowHooks: ["() => ({ row: { name: { value: 'saved' } } })"] };
  const saved = await bench.ask('POST', '/api/v1/schemas/', {
    name: 'hooked',
    fields,
    settings: { importIdentifier: 'h' },
    hooks,
  });
  const { id } = saved.body as Fields; // an object
  const first = await bench.imported({ schema_id: id }, csv);
  assert.deepEqual(await bench.rowsOf(first['id']), [
    { name: 'saved', age: 1200 },
    { name: 'saved', age: 7 },
  ]);
  const second = await bench.imported({ schema_id: id, hooks: { rowHooks: [] } }, csv);
  assert.deepEqual(await bench.rowsOf(second['id']), [
    { name: 'Ann', age: 1200 },
    { name: 'Bob', age: 7 },
  ]);
});
