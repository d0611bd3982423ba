/** Cells of workbooks in an import: text fields have what people see, others the value behind it. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { utils, write, type CellObject } from '@e965/xlsx';
import { workbook, type Cell } from '../../../../test/support/archives.ts';
import { open } from './harness.ts';

const bench = await open();
after(() => bench.close());

const formats = ['00000', '$#,##0.00', '0%', 'dd/mm/yyyy', '000-00-0000', 'h:mm AM/PM', ';;;', '0'];
const styles = Object.fromEntries(formats.map((code, at) => [code, at + 3]));
const n = (value: string, format?: string): Cell => ({ n: value, style: format === undefined ? 0 : (styles[format] ?? 1) });

interface Column {
  readonly name: string;
  readonly type: string | readonly [string, object];
  readonly cell: Cell;
  /** As it is delivered. */
  readonly is: unknown;
}

const typed = (name: string, type: Column['type'], cell: Cell, is: unknown): Column => ({ name, type, cell, is });
const text = (name: string, cell: Cell, is: string): Column => typed(name, 'string', cell, is);

const columns: readonly Column[] = [
  text('Code', n('501', '00000'), '00501'),
  text('Money', n('1234.5', '$#,##0.00'), '$1,234.50'),
  text('Share', n('0.45', '0%'), '45%'),
  text('Day', n('45651', 'built in'), '12/25/2024'),
  text('European day', n('45651', 'dd/mm/yyyy'), '25/12/2024'),
  text('Clock', n('0.75', 'h:mm AM/PM'), '6:00 PM'),
  text('Plain', n('0.30000000000000004'), '0.3'),
  text('Long', n('12345678901234567', '0'), '12345678901234567'),
  text('Flag', { b: true }, 'TRUE'),
  text('Hidden', n('7', ';;;'), '7'),
  text('Zeros', '007', '007'),
  text('Odd', '_x001F_a_x001F_b', '\u001fa\u001fb'),
  typed('Zip', 'us-zip-code', n('501', '00000'), '00501'),
  typed('Social', 'ssn', n('12345678', '000-00-0000'), '012345678'),
  typed('Amount', 'number', n('1234.5', '$#,##0.00'), 1234.5),
  typed('Ratio', 'number', n('0.45', '0%'), 0.45),
  typed('Since', 'date', n('45651', 'dd/mm/yyyy'), '2024-12-25'),
  typed('At', 'time', n('0.75', 'h:mm AM/PM'), '18:00'),
  typed('Yes', 'checkbox', { b: true }, true),
];

const grid: readonly (readonly Cell[])[] = [columns.map(({ name }) => name), columns.map(({ cell }) => cell)];
const fields = columns.map(({ name, type }) => ({ label: name, key: name, type }));
const expected = Object.fromEntries(columns.map(({ name, is }) => [name, is]));

async function rowsOf(book: Uint8Array, filename: string, more: object = {}): Promise<readonly Record<string, unknown>[]> {
  const done = await bench.imported({ fields, original_filename: filename, ...more }, new Uint8Array(book));
  assert.equal(done['status'], 'SUCCESSFUL', JSON.stringify(done));
  return (await bench.rowsOf(done['id'])) as readonly Record<string, unknown>[]; // a list of rows
}

test('a text field has the text that people see, a field of values the value', async () => {
  const book = workbook({ sheets: { One: grid }, formats });
  const [row] = await rowsOf(book, 'a.xlsx');
  assert.deepEqual(row, expected);
});

/** The same cells, written by a library. */
function oldBook(rows: readonly (readonly Cell[])[], since1904 = false): Buffer {
  const cells = rows.map((row) => row.map(oldCell));
  const sheet = utils.aoa_to_sheet(cells);
  const made = { SheetNames: ['One'], Sheets: { One: sheet }, Workbook: { WBProps: { date1904: since1904 } } };
  return write(made, { type: 'buffer', bookType: 'biff8' }) as Buffer; // as its type says
}

function oldCell(cell: Cell): CellObject {
  if (cell === undefined) return { t: 'z' };
  if (typeof cell === 'string') return { t: 's', v: cell.replaceAll('_x001F_', '\u001f') };
  if ('b' in cell) return { t: 'b', v: cell.b };
  const code = ['General', 'm/d/yy', 'dd/mm/yyyy hh:mm', ...formats][cell.style ?? 0] ?? '';
  return { t: 'n', v: Number(cell.n), z: code }; // the doubles that such a file holds
}

test('of a workbook of the old kind as well', async () => {
  const [row] = await rowsOf(oldBook(grid), 'a.xls');
  assert.deepEqual(row, { ...expected, Long: '12345678901234568' });
});

test('the days of 1904, in both kinds', async () => {
  const days = (since: Cell): readonly (readonly Cell[])[] => [
    ['Day', 'Since'],
    [since, since],
  ];
  const own = { fields: fields.filter(({ key }) => ['Day', 'Since'].includes(key)) };
  const day = n('44189', 'dd/mm/yyyy');
  const is = [{ Day: '25/12/2024', Since: '2024-12-25' }];
  assert.deepEqual(await rowsOf(workbook({ sheets: { One: days(day) }, formats, since1904: true }), 'a.xlsx', own), is);
  assert.deepEqual(await rowsOf(oldBook(days(day), true), 'a.xls', own), is);
});

test('names, columns of no field and previews are what people see', async () => {
  const rows: readonly (readonly Cell[])[] = [
    ['Code', n('45651', 'dd/mm/yyyy'), 'Other'],
    [n('501', '00000'), n('0.5', '0%'), { b: false }],
  ];
  const seen = [
    ['Code', '25/12/2024', 'Other'],
    ['00501', '50%', 'FALSE'],
  ];
  const callback = `(it, { dataPreview }) => { if (JSON.stringify(dataPreview) !== ${JSON.stringify(JSON.stringify(seen))}) throw new Error("preview") }`;
  const own = {
    fields: [
      { label: '25/12/2024', key: 'day' },
      { label: 'Code', key: 'code', type: 'number' },
    ],
    settings: { passThroughUnmappedColumns: true },
    hooks: { stepHooks: [{ type: 'UPLOAD_STEP', callback }] },
  };
  const book = workbook({ sheets: { One: rows }, formats });
  assert.deepEqual(await rowsOf(book, 'a.xlsx', own), [{ code: 501, day: '50%', $unmapped: { 2: 'FALSE' } }]);
});

test('the texts of a sheet with one column are not cut, whatever is in them', async () => {
  const own = { fields: [{ label: 'Name', key: 'name' }] };
  const rows: readonly (readonly Cell[])[] = [['Name'], ['a;b'], ["'c'"], [n('501', '00000')], [n('0.5', '0%')]];
  const is = ['a;b', "'c'", '00501', '50%'].map((name) => ({ name }));
  assert.deepEqual(await rowsOf(workbook({ sheets: { One: rows }, formats }), 'a.xlsx', own), is);
});
