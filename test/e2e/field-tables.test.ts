/** Every kind of field and every validator, through `headgate import --schema`. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { definitionOf } from '../../src/domain/fields/definition.ts';
import { ruleSheet, ruleTables, valueSheet, type Sheet } from '../support/field-tables.ts';
import { headgate } from '../support/run.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headgate-tables-'));
});
after(async () => await rm(folder, { recursive: true }));

/** Row and field of each refusal, and a function that asks the table. */
async function brought(name: string, { fields, csv }: Sheet) {
  const [data, schema, bad] = ['csv', 'json', 'bad.csv'].map((end) => join(folder, `${name}.${end}`)) as [string, string, string]; // three
  await writeFile(data, csv);
  await writeFile(schema, JSON.stringify(definitionOf(fields, 'exact').definition));
  const stateDir = join(folder, name);
  const result = await headgate(['import', data, '--schema', schema, '--max-rejects', '100%', '--rejects', bad], { stateDir });
  assert.equal(result.code, 3, result.stderr);
  const [head = '', ...lines] = (await readFile(bad, 'utf8')).trim().split('\n');
  const [row, field] = ['row', 'field'].map((one) => head.split(',').indexOf(one)) as [number, number]; // two
  const refused = lines.map((line) => line.split(',')).map((cells) => [cells[row], cells[field]]);
  const query = async (sql: string): Promise<readonly (readonly unknown[])[]> => {
    const asked = await headgate(['query', sql, '--in', `duckdb:${stateDir}/files/1/warehouse.db`, '--json'], { stateDir });
    return asked.json.flatMap(({ type, values }) => (type === 'row' && Array.isArray(values) ? [values] : []));
  };
  return { refused, query, head };
}

test('what texts mean', async () => {
  const sheet = valueSheet();
  const { refused, query, head } = await brought('values', sheet);
  const wrong = sheet.cells.flatMap(({ key, row: [, result] }, at) => (result === undefined ? [[String(at + 1), key]] : []));
  assert.deepEqual(refused, wrong, head);
  const rows = await query('select * from "values" order by cast(n as integer)');
  for (const [n, ...values] of rows) {
    const { key, row } = sheet.cells[Number(n)] ?? { key: '', row: ['', ''] };
    const [text, result] = row;
    const written = Array.isArray(result) ? JSON.stringify(result) : String(result);
    assert.equal(values[sheet.fields.findIndex((field) => field.key === key) - 1], written, `${key} ${text}`);
  }
  assert.equal(rows.length + wrong.length, sheet.cells.length);
});

test('what validators say', async () => {
  const { refused, head } = await brought('rules', ruleSheet());
  const wanted = ruleTables.flatMap(({ wrong }, at) => wrong.map((row) => `a${at} ${row + 1}`));
  assert.deepEqual(refused.map(([row, field]) => `${field} ${row}`).toSorted(), wanted.toSorted(), head);
});
