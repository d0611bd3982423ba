/** Workbooks through `headgate import`: with a schema, fields that are texts have what people see; without one, all have what cells hold. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { utils, write, type CellObject } from '@e965/xlsx';
import { workbook } from '../support/archives.ts';
import { openFolder } from '../support/site.ts';

const site = openFolder();
after(() => site[Symbol.asyncDispose]());

const formats = ['00000', '$#,##0.00', 'dd/mm/yyyy'];
const names = ['Zip', 'Price', 'Amount', 'Since', 'Day', 'Ok', 'Flag'];
const numbers: readonly (readonly [string, number])[] = [
  ['501', 3],
  ['1234.5', 4],
  ['1234.5', 4],
  ['45651', 5],
  ['45651', 5],
];
const book = workbook({
  formats,
  sheets: {
    One: [
      names,
      [...numbers.map(([n, style]) => ({ n, style })), { b: true }, { b: true }],
      [{ n: '7', style: 3 }, undefined, undefined, undefined, 'later'],
    ],
  },
});

const schema = site.file(
  'schema.json',
  JSON.stringify({
    match: 'fuzzy',
    fields: [
      { name: 'zip', means: 'us-zip-code' },
      { name: 'price' },
      { name: 'amount', means: 'number' },
      { name: 'since', means: 'date' },
      { name: 'day', type: 'text' },
      { name: 'ok', means: 'checkbox' },
      { name: 'flag' },
    ],
  }),
);

async function rowsOf(table: string): Promise<readonly unknown[]> {
  const { json } = await site.run(['query', `select * from ${table}`, '--in', `duckdb:${site.stateDir}/files/1/warehouse.db`]);
  return json.flatMap(({ type, values }) => (type === 'row' ? [values] : []));
}

const shown = [
  ['00501', '$1,234.50', '1234.5', '2024-12-25', '25/12/2024', 'true', 'TRUE'],
  ['00007', null, null, null, 'later', 'false', null],
];

test('with a schema', async () => {
  const path = site.file('shown.xlsx', book);
  const result = await site.run(['import', path, '--schema', schema]);
  assert.equal(result.code, 0, result.stderr);
  assert.deepEqual(await rowsOf('shown'), shown);
});

test('with a schema, of the old kind', async () => {
  const made: readonly CellObject[] = numbers.map(([n, style]) => ({ t: 'n', v: Number(n), z: formats[style - 3] ?? '' })); // doubles, as such a file has them
  const rows = [
    names,
    [...made, { t: 'b', v: true }, { t: 'b', v: true }],
    [{ t: 'n', v: 7, z: '00000' }, null, null, null, 'later'],
  ];
  const old = write(
    { SheetNames: ['One'], Sheets: { One: utils.aoa_to_sheet(rows) } },
    { type: 'buffer', bookType: 'biff8' },
  ) as Buffer; // as its type says
  const result = await site.run(['import', site.file('old.xls', old), '--schema', schema]);
  assert.equal(result.code, 0, result.stderr);
  assert.deepEqual(await rowsOf('old'), shown);
});

test('several, whose columns stand in another order', async () => {
  const cells = [
    { n: '501', style: 3 },
    { n: '45651', style: 5 },
  ];
  site.file('several-1.xlsx', workbook({ formats, sheets: { One: [['Zip', 'Since'], cells] } }));
  site.file('several-2.xlsx', workbook({ formats, sheets: { One: [['Since', 'Zip'], cells.toReversed()] } }));
  const own = site.file(
    'two.json',
    JSON.stringify({ match: 'fuzzy', fields: [{ name: 'zip' }, { name: 'since', means: 'date' }] }),
  );
  const result = await site.run(['import', site.path('several-*.xlsx'), '--schema', own, '--into', 'several']);
  assert.equal(result.code, 0, result.stderr);
  assert.deepEqual(await rowsOf('several'), [
    ['00501', '2024-12-25'],
    ['00501', '2024-12-25'],
  ]);
});

test('without a schema', async () => {
  const result = await site.run(['import', site.file('held.xlsx', book)]);
  assert.equal(result.code, 0, result.stderr);
  assert.deepEqual(await rowsOf('held'), [
    ['501', '1234.5', '1234.5', '2024-12-25', '2024-12-25', 'true', 'true'],
    ['7', null, null, null, 'later', null, null],
  ]);
});
