import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { HookError } from './failure.ts';
import type { Hooks } from './hooks.ts';
import { defaultHookLimits } from './limits.ts';
import { checkHooks, runColumnHooks, runDeleteHooks, runRecordHooks, runUpdateHooks } from './order.ts';
import { Sandbox } from './sandbox.ts';
import { sheetOf, type Sheet } from './sheet-harness.ts';

const limits = { ...defaultHookLimits, batchRows: 4, columnRows: 6, bulkRows: 20 };
const sandbox = new Sandbox(limits);
after(async () => await sandbox[Symbol.asyncDispose]());

async function runInitHooks(of: Sandbox, hooks: Hooks, sheet: Sheet): Promise<void> {
  await runColumnHooks(of, hooks, sheet);
  await runRecordHooks(of, hooks, sheet);
}

const values = (sheet: Sheet, field: string) => sheet.rows.map((row) => row[field]);
const append = (text: string): string => `(record) => { record.row.a.value += '${text}'; return record }`;

suite('order', () => {
  test('column, batch, bulk and row hooks, each in the order in which it was registered', async () => {
    const sheet = sheetOf([{ a: '' }, { a: '' }]);
    const all = (text: string) => `(records) => records.map((r) => (${append(text)})(r))`;
    const column = (text: string) => `(values) => values.map(({ index, value }) => ({ index, value: value + '${text}' }))`;
    const hooks: Hooks = {
      rowHooks: [append('r'), append('R')],
      bulkRowHooks: [all('b'), all('B')],
      batchRowHooks: [all('t'), all('T')],
      columnHooks: [
        { fieldName: 'a', callback: column('c') },
        { fieldName: 'gone', callback: column('never') },
        { fieldName: 'a', callback: column('C') },
      ],
    };
    await runInitHooks(sandbox, hooks, sheet);
    assert.deepEqual(values(sheet, 'a'), ['cCtTbBrR', 'cCtTbBrR']);
  });

  test('modes, batch numbers, indexes and ids', async () => {
    const rows = Array.from({ length: 6 }, () => ({ mode: '', number: '', id: '' }));
    const sheet = sheetOf(rows, { first: 100 });
    await runInitHooks(
      sandbox,
      {
        batchRowHooks: ['(records, number) => records.map(({ index }) => ({ index, row: { number: { value: number } } }))'],
        bulkRowHooks: ['(records, mode) => records.map(({ index }) => ({ index, row: { mode: { value: mode } } }))'],
        rowHooks: ['async ({ index, rowId }, mode) => ({ row: { id: { value: `${mode} ${index} ${rowId}` } } })'],
      },
      sheet,
    );
    assert.deepEqual(values(sheet, 'number'), ['1', '1', '1', '1', '2', '2']);
    assert.deepEqual(values(sheet, 'mode'), Array(6).fill('init'));
    assert.equal(values(sheet, 'id')[5], 'init 105 r105');
  });

  test('an update: bulk then row hooks, over what was changed, and nothing else', async () => {
    const sheet = sheetOf([{ a: '' }], { first: 7 });
    const never = '() => { throw new Error("never") }';
    const bulk = "(records, mode) => { records[0].row.a.value += 'bulk ' + mode; return records }";
    await runUpdateHooks(
      sandbox,
      {
        columnHooks: [{ fieldName: 'a', callback: never }],
        batchRowHooks: [never],
        bulkRowHooks: [bulk],
        rowHooks: ["(record, mode) => { record.row.a.value += ' row ' + mode; return record }"],
      },
      sheet,
    );
    assert.deepEqual(sheet.rows, [{ a: 'bulk update row update' }]);
    assert.deepEqual(
      sheet.changes.map(({ row }) => row),
      [7, 7],
    );
  });

  test('deleted rows: asked for each, and what is returned is ignored', async () => {
    const sheet = sheetOf([{ a: 'x' }, { a: 'y' }]);
    await runDeleteHooks(sandbox, { rowDeleteHooks: ['(record) => { record.row.a.value = "z"; return record }'] }, sheet);
    assert.deepEqual(sheet.changes, []);
    const refused = runDeleteHooks(sandbox, { rowDeleteHooks: ['({ row }) => { if (row.a.value === "y") throw 1 }'] }, sheet);
    await assert.rejects(refused, { code: 'hook.failed', row: 1 });
  });

  test('a column in slices, in order; a bulk hook with too many rows is refused', async () => {
    const sheet = sheetOf(Array.from({ length: 21 }, () => ({ a: '' })));
    const callback = '(values) => values.map(({ index }) => ({ index, value: values.length }))';
    await runInitHooks(sandbox, { columnHooks: [{ fieldName: 'a', callback }] }, sheet);
    assert.deepEqual(values(sheet, 'a'), [...Array(18).fill('6'), ...Array(3).fill('3')]);
    await assert.rejects(runInitHooks(sandbox, { bulkRowHooks: ['(r) => r'] }, sheet), {
      code: 'hook.rows',
      message: 'running bulk row hook 1: it would be given 21 rows at once, and 20 are allowed',
    });
  });
});

suite('what hooks see and return', () => {
  const run = async (body: string, cells: Sheet['rows'][number], manyToOne: readonly string[] = []): Promise<Sheet> => {
    const sheet = sheetOf([cells], { manyToOne });
    await runInitHooks(sandbox, { rowHooks: [body] }, sheet);
    return sheet;
  };

  test('a row looks like an object with all its fields', async () => {
    const body = `({ row }) => {
      const copy = { ...row };
      const seen = [Object.keys(row), 'b' in row, 'c' in row, row.hasOwnProperty('a'), JSON.parse(JSON.stringify(row)).b.value, copy.a.resultValue, row.c ?? null];
      const all = []; for (const key in row) all.push(key);
      return { row: { a: { value: JSON.stringify([...seen, all]) } } };
    }`;
    const [seen] = values(await run(body, { a: 'x', b: 'y' }), 'a');
    assert.ok(typeof seen === 'string');
    assert.deepEqual(JSON.parse(seen), [['a', 'b'], true, false, true, 'y', 'x', null, ['a', 'b']]);
  });

  test('the same record, a copy, a part of it, or nothing', async () => {
    const change = "record.row.a.value = 'z'";
    for (const returned of ['record', '({ ...record })', '({ row: { ...record.row } })', '({ row: { a: record.row.a } })']) {
      const sheet = await run(`(record) => { ${change}; return ${returned} }`, { a: 'x', b: 'y' });
      assert.deepEqual(sheet.changes, [{ row: 0, field: 'a', value: 'z' }], returned);
    }
    for (const returned of ['undefined', 'null'])
      assert.deepEqual((await run(`(record) => { ${change}; return ${returned} }`, { a: 'x' })).changes, []);
  });

  test('texts cross as they are, whatever is in them', async () => {
    for (const odd of ['é€😀', 'x\u007fy', 'a\0b', '\n"\\', '']) {
      const sheet = sheetOf([{ a: odd }, { a: 'plain' }]);
      const adding = '(values) => values.map(({ index, value, rowId }) => ({ index, value: rowId + value + "é" }))';
      const both: Hooks = { columnHooks: [{ fieldName: 'a', callback: adding }], rowHooks: [append('\\u007f\\0')] };
      await runInitHooks(sandbox, both, sheet);
      assert.deepEqual(values(sheet, 'a'), [`r0${odd}é\u007f\0`, 'r1plainé\u007f\0']);
    }
  });

  test('what is as it was is no change', async () => {
    const info = [{ message: 'm', level: 'warning' }] as const;
    const cell = { value: 'x', resultValue: 7, info, selectOptions: [{ label: 'l', value: 'v' }] };
    assert.deepEqual((await run('({ row }) => ({ row: { ...row } })', { a: cell, b: ['p', 'q'].join() })).changes, []);
  });

  test('values are text: numbers and booleans are written out, several stay several, null empties', async () => {
    for (const [given, becomes] of [
      ['1.50', '1.5'],
      ['10n ** 20n', '100000000000000000000'],
      ['true', 'true'],
      ['null', null],
      ['["x", 2]', ['x', '2']],
      ['"\\ud83d\\ude00"', '\u{1f600}'],
      ['"\\ud83d"', '\ufffd'],
    ] as const)
      assert.deepEqual((await run(`() => ({ row: { a: { value: ${given} } } })`, { a: 'x' })).changes, [
        { row: 0, field: 'a', value: becomes },
      ]);
  });

  test('infos replace those of the cell, an empty list clears, a later hook keeps what an earlier one has said', async () => {
    const sheet = sheetOf([{ a: 'x' }]);
    const first = '() => ({ row: { a: { value: "y" } } })';
    const second =
      '() => ({ row: { a: { info: [{ message: "hm" }, { message: "so", level: "info" }], selectOptions: [{ label: 1, value: "v" }] } } })';
    await runInitHooks(sandbox, { rowHooks: [first, second] }, sheet);
    assert.deepEqual(sheet.rows[0]?.['a'], {
      value: 'y',
      resultValue: 'y',
      info: [
        { message: 'hm', level: 'error' },
        { message: 'so', level: 'info' },
      ],
      selectOptions: [{ label: '1', value: 'v' }],
    });
    await runInitHooks(sandbox, { rowHooks: ['({ row }) => { row.a.info.length = 0; return { row } }'] }, sheet);
    assert.deepEqual(sheet.changes.at(-1), { row: 0, field: 'a', info: [] });
  });

  test('a field of several columns: as many back as were given', async () => {
    const cell = { value: null, resultValue: null, manyToOne: ['x', 'y'].map((value) => ({ value, resultValue: value })) };
    const upper = '({ row }) => { row.a.manyToOne[1].value = "Y"; return { row } }';
    assert.deepEqual((await run(upper, { a: cell }, ['a'])).changes, [{ row: 0, field: 'a', part: 1, value: 'Y' }]);
    for (const wrong of ['{ manyToOne: [] }', '{ value: "x" }'])
      await assert.rejects(run(`() => ({ row: { a: ${wrong} } })`, { a: cell }, ['a']), {
        said: 'TypeError: a needs an array manyToOne of 2',
      });
    const sheet = sheetOf([{ a: cell }], { manyToOne: ['a'] });
    const callback = '(values) => values.map(({ index, value }) => ({ index, value: value + "!" }))';
    await runInitHooks(sandbox, { columnHooks: [{ fieldName: 'a', callback }] }, sheet);
    assert.deepEqual(
      sheet.changes.map(({ part, value }) => [part, value]),
      [
        [0, 'x!'],
        [1, 'y!'],
      ],
    );
  });

  test('only fields that a hook touches cross, and a field that it touches late comes late', async () => {
    const sheet = sheetOf(Array.from({ length: 12 }, (_, at) => ({ a: String(at), b: 'b', c: 'c', d: 'd' })));
    const body = '({ row }) => ({ row: { d: { value: row.a.value === "9" ? row.b.value : "-" } } })';
    await runInitHooks(sandbox, { rowHooks: [body] }, sheet);
    assert.deepEqual(sheet.read, { a: 12, b: 4 });
    assert.deepEqual(values(sheet, 'd'), [...Array(9).fill('-'), 'b', '-', '-']);
  });

  test('a hook that touches everything gets everything', async () => {
    const wide = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`f${at}`, String(at)]));
    const sum = '({ row }) => ({ row: { f0: { value: Object.values(row).reduce((n, { value }) => n + Number(value), 0) } } })';
    assert.deepEqual((await run(sum, wide)).changes, [{ row: 0, field: 'f0', value: '44850' }]);
  });
});

suite('errors', () => {
  test('name hook and row; what the hook said stands beside', async () => {
    const sheet = sheetOf(Array.from({ length: 9 }, (_, at) => ({ a: String(at) })));
    const throws = '({ row }) => { if (row.a.value === "6") throw new RangeError("not " + row.a.value) }';
    const error = await runInitHooks(sandbox, { rowHooks: ['() => null', throws] }, sheet).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof HookError);
    assert.equal(error.message, 'running row hook 2 on row 6: it threw, or returned what it may not');
    assert.deepEqual([error.code, error.row, error.said], ['hook.failed', 6, 'RangeError: not 6']);
  });

  test('sources are functions of any spelling', async () => {
    const good = [
      '() => 1',
      'function () {}',
      'function named(a) { return a };',
      'async (x) => x // so',
      '/* so */ (x) => x;\n',
      'class A {}',
    ];
    await checkHooks(sandbox, { rowHooks: good });
    for (const source of ['1', '', 'x', '({})', 'function (', 'return 1', '() => 1; () => 2'])
      await assert.rejects(checkHooks(sandbox, { rowHooks: ['() => 1', source] }), {
        code: 'hook.invalid',
        message: 'running row hook 2: its source does not evaluate to a function',
      });
  });
});

test('many batches run side by side: each row goes through all hooks, and the first that fails is told', async () => {
  await using small = new Sandbox({ ...defaultHookLimits, batchRows: 3, columnRows: 10 });
  const sheet = sheetOf(Array.from({ length: 100 }, (_, at) => ({ name: `n${at}` })));
  const callback = '(values) => values.map(({ index, value }) => ({ index, value: value + "c" }))';
  await runColumnHooks(small, { columnHooks: [{ fieldName: 'name', callback }] }, sheet);
  const adding = (what: string): string => `({ row }) => ({ row: { name: { value: row.name.value + "${what}" } } })`;
  await runRecordHooks(small, { rowHooks: [adding('1'), adding('2')] }, sheet);
  assert.deepEqual(
    sheet.rows.map(({ name }) => name),
    Array.from({ length: 100 }, (_, at) => `n${at}c12`),
  );
  const failing = { rowHooks: ['({ index }) => { if (index > 40) throw new Error("no") }'] };
  await assert.rejects(runRecordHooks(small, failing, sheet), { code: 'hook.failed', row: 41 });
});
