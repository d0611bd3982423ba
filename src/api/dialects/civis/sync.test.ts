import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileFlow, lacking, readPath, showSync, syncIn, tableFlow } from './sync.ts';

const sync = (source: object, destination: object, advancedOptions: object = {}) => ({
  number: 7,
  archived: false,
  body: syncIn.parse({ source, destination, advancedOptions }),
});
const table = { databaseTable: { schema: 's', table: 't' } };

test('paths name a schema and a table, with quotes or without', () => {
  assert.deepEqual(readPath('scratch.people'), { schema: 'scratch', table: 'people' });
  assert.deepEqual(readPath('"my schema"."ta.ble ""x"""'), { schema: 'my schema', table: 'ta.ble "x"' });
  assert.equal(readPath('people'), undefined);
});

test('tables, files and sheets are shown as the vendor shows them', () => {
  const fromTable = showSync(sync({ path: 'a.b' }, table));
  assert.equal(fromTable.source.path, '"a"."b"');
  assert.deepEqual(fromTable.source.databaseTable, { schema: 'a', table: 'b', useWithoutSchema: false });
  const fromFile = showSync(sync({ file: { id: 3 } }, table), 'x.csv');
  assert.deepEqual([fromFile.source.id, fromFile.source.path, fromFile.source.databaseTable], [3, 'x.csv', null]);
  const sheet = { googleWorksheet: { spreadsheet: 'Book', worksheet: 'Tab' } };
  assert.equal(showSync(sync(sheet, table)).source.path, '"Book"."Tab"');
  assert.equal(showSync(sync(table, sheet)).destination.path, 'Book.Tab');
  assert.equal(showSync(sync(table, sheet, { sqlQuery: 'select 1' })).source.path, 'select 1');
});

test('what nobody reads any more is dropped', () => {
  const { advancedOptions } = showSync(
    sync(table, table, { partitionColumnName: 'x', soqlQuery: 'y', mysqlCatalogMatchesSchema: false }),
  );
  assert.equal(advancedOptions.partitionColumnName, null);
  assert.equal(advancedOptions.soqlQuery, null);
  assert.equal(advancedOptions.mysqlCatalogMatchesSchema, true);
  const salesforce = showSync(sync({ salesforce: { objectName: 'Lead' } }, table, { soqlQuery: 'y' }));
  assert.equal(salesforce.advancedOptions.soqlQuery, 'y');
});

test('a table is followed unless it shall be whole', () => {
  const flow = (options: object) =>
    tableFlow(sync({ path: 'a.b' }, { path: 'c.d' }, options).body) as Readonly<Record<string, unknown>>;
  assert.deepEqual(flow({})['follow'], {});
  assert.deepEqual(flow({ identityColumn: 'id, n', lastModifiedColumn: 'at' })['follow'], { key: ['id', 'n'], cursor: 'at' });
  assert.equal(flow({ wipeDestinationTable: true })['write'], 'replace');
  assert.equal(flow({ existingTableRows: 'append' })['write'], 'append');
  assert.throws(
    () => flow({ existingTableRows: 'append', maxErrors: 1 }) && tableFlow(sync({ path: 'x' }, table).body),
    /source/,
  );
});

test('a file is mapped by place, with other names and types where they are given', () => {
  const flow = fileFlow(
    sync({ file: { id: 1 } }, table, { columnOverrides: { 1: { name: 'x', type: 'VARCHAR(9)' } } }).body,
    'file_1',
  );
  const { files } = flow as { readonly files: Readonly<Record<string, unknown>> };
  assert.deepEqual(files['overrides'], { 1: { name: 'x', type: 'varchar(9)' } });
  assert.throws(
    () => fileFlow(sync({ file: { id: 1 } }, table, { columnOverrides: { 0: { type: 'GEOMETRY' } } }).body, 'file_1'),
    /GEOMETRY/,
  );
});

test('sheets and vendors of contacts cannot be run', () => {
  assert.match(lacking(sync({ googleWorksheet: { spreadsheet: 'a', worksheet: 'b' } }, table).body) ?? '', /Google/);
  assert.match(lacking(sync({ salesforce: { objectName: 'Lead' } }, table).body) ?? '', /Salesforce/);
  assert.equal(lacking(sync(table, table).body), undefined);
});
