/** What a person has to decide, and what people have decided before. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { workbook } from '../../../../test/support/archives.ts';
import { serverPrincipal } from '../../../store/principals.ts';
import { contextOf } from '../../mount.ts';
import { open, type Bench, type Fields } from './harness.ts';
import { requireStoredImport } from './imports-stored.ts';
import { rememberMapping } from './mappings.ts';

let bench: Bench;
before(async () => {
  bench = await open();
});
after(async () => await bench.close());

const codes = (done: Fields): unknown => [done['status'], (done['import_errors'] as Fields[] | null)?.map(({ code }) => code)]; // a list
const fields = [{ label: 'Name', key: 'name' }];

test('which of several sheets', async () => {
  const book = (...names: string[]) =>
    new Uint8Array(workbook({ sheets: Object.fromEntries(names.map((name) => [name, [['Name'], [name]]])) }));
  const of = async (content: Uint8Array<ArrayBuffer>, sheetOverride?: string) =>
    await bench.imported(
      { fields, original_filename: 'a.xlsx', settings: sheetOverride === undefined ? {} : { uploadStep: { sheetOverride } } },
      content,
    );
  assert.deepEqual(codes(await of(book('A', 'B'))), ['NEEDS_REVIEW', ['SHEET_AMBIGUOUS']]);
  assert.deepEqual(codes(await of(book('A', 'B'), 'C')), ['NEEDS_REVIEW', ['SHEET_AMBIGUOUS']]);
  assert.deepEqual(await bench.rowsOf((await of(book('A', 'B'), 'B'))['id']), [{ name: 'B' }]);
  assert.deepEqual(await bench.rowsOf((await of(book('A'), 'C'))['id']), [{ name: 'A' }]);
  const csv = await bench.imported({ fields, settings: { uploadStep: { sheetOverride: 'C' } } }, 'Name\nAnn\n');
  assert.equal(csv['status'], 'SUCCESSFUL');
});

test('how days are read, where nobody shall guess', async () => {
  const own = [{ label: 'Day', key: 'day', type: ['date', { autofix: false }] }];
  assert.deepEqual(codes(await bench.imported({ fields: own }, 'day\n25/12/2024\n')), ['NEEDS_REVIEW', ['BULK_FIX']]);
  const plain = await bench.imported({ fields: own }, 'day\n2024-12-25\n12/24/2024\n');
  assert.deepEqual(await bench.rowsOf(plain['id']), [{ day: '2024-12-25' }, { day: '2024-12-24' }]);
});

test('headers that somebody has matched are remembered: for all, and first for whoever did it', async () => {
  const two = [...fields, { label: 'Company', key: 'company' }];
  const settings = { importIdentifier: 'people', autoMapHeaders: true };
  const of = async (more: object) => await bench.imported({ fields: two, settings, ...more }, 'Name,Firma\nAnn,Acme\n');
  const first = await of({ import_metadata: { user: { id: 'u1' } } });
  assert.deepEqual(await bench.rowsOf(first['id']), [{ name: 'Ann' }]);
  const actor = { id: 'x', principal: serverPrincipal, scopes: ['*'] };
  const context = contextOf({ ...bench.state.ports, actor, workspace: 1, signal: new AbortController().signal }, 'dromo');
  await rememberMapping(context, await requireStoredImport(context, String(first['id'])), { Firma: 'company', x: null });
  assert.deepEqual(await bench.rowsOf((await of({}))['id']), [{ name: 'Ann', company: 'Acme' }]);
  const off = await of({ settings: { ...settings, autoMapHeaders: false } });
  assert.deepEqual(await bench.rowsOf(off['id']), [{ name: 'Ann' }]);
  assert.deepEqual(await bench.rowsOf((await of({ settings: { ...settings, importIdentifier: 'other' } }))['id']), [
    { name: 'Ann' },
  ]);
});

test('JSON files, and lists of several columns', async () => {
  const selectOptions = [
    { label: 'A', value: 'a' },
    { label: 'B', value: 'b' },
  ];
  const own = [
    { label: 'Name', key: 'name' },
    { label: 'Big', key: 'big' },
    { label: 'Tag', key: 'tag', type: 'multi-select', selectOptions, manyToOne: true, alternateMatches: ['Labels'] },
  ];
  const text = '[{"Name": "Ann", "big": 12345678901234567890.10, "tag": "A,B", "Labels": "b"}, {"Name": "Bob", "tag": "A,C"}]';
  const done = await bench.imported(
    { fields: own, original_filename: 'a.json', settings: { invalidDataBehavior: 'INCLUDE_INVALID_ROWS' } },
    text,
  );
  assert.equal(done['status'], 'SUCCESSFUL', JSON.stringify(done['import_errors']));
  assert.deepEqual(await bench.rowsOf(done['id']), [
    { name: 'Ann', big: '12345678901234567890.10', tag: ['a', 'b', 'b'] },
    { name: 'Bob', big: '', tag: [null] },
  ]);
  const { errors, droppedRows } = done['result_metadata'] as Fields & { errors: Fields[] }; // as documented
  assert.deepEqual(
    errors.map(({ message, manyToOneIndex }) => [message, manyToOneIndex]),
    [['This is not one of the options: C', 0]],
  );
  assert.equal(droppedRows, 0);
});

test('XML files, and how they are read', async () => {
  const own = [...fields, { label: 'Mail', key: 'mail', type: 'email' }];
  const of = async (text: string, xmlParsingOptions?: object) =>
    await bench.imported(
      { fields: own, original_filename: 'a.XML', settings: xmlParsingOptions ? { xmlParsingOptions } : {} },
      new Uint8Array(Buffer.from(text, 'latin1')),
    );
  const two =
    '<?xml version="1.0" encoding="ISO-8859-1"?><people><person name="J\xe9"><mail>a@example.com</mail></person><person name="Bo"/></people>';
  assert.deepEqual(await bench.rowsOf((await of(two))['id']), [
    { name: 'J\xe9', mail: 'a@example.com' },
    { name: 'Bo', mail: null },
  ]);
  const odd = '<r><info/><p><who>Ann</who><mail>a@example.com</mail></p></r>';
  const options = { forceArrayTags: ['p'], headerAlias: { who: 'Name' } };
  assert.deepEqual(await bench.rowsOf((await of(odd, options))['id']), [{ name: 'Ann', mail: 'a@example.com' }]);
  const failed = await of('<people><person></people>');
  assert.deepEqual(codes(failed), ['FAILED', ['file.format']]);
});

test('a workbook of the old kind is read like any other', async () => {
  const own = ['id', 'zip', 'day'].map((key) => ({ label: key, key }));
  const book = await readFile(new URL('../../../../test/support/old-book.xls', import.meta.url));
  const wanted = { fields: own, original_filename: 'a.xls', settings: { uploadStep: { sheetOverride: 'Orders' } } };
  const done = await bench.imported(wanted, new Uint8Array(book));
  assert.deepEqual(await bench.rowsOf(done['id']), [
    { id: '1', zip: '00501', day: '2024-01-01' },
    { id: '1234567890123', zip: '10001', day: '2024-02-29' },
  ]);
  const unsaid = await bench.imported({ fields: own, original_filename: 'a.xls' }, new Uint8Array(book));
  assert.deepEqual(codes(unsaid), ['NEEDS_REVIEW', ['SHEET_AMBIGUOUS']]);
});

test('what nobody here can open says what to do', async () => {
  const old = new Uint8Array(Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(2000)]));
  const done = await bench.imported({ fields, original_filename: 'a.xls' }, old);
  assert.deepEqual(codes(done), ['FAILED', ['file.format']]);
  assert.match(JSON.stringify(done['import_errors']), /save it as \.xlsx or \.csv/);
});

test('what a field cannot be is refused with its path', async () => {
  const type = ['phone-number', { format: 'national' }];
  const wanted = { fields: [{ label: 'a', key: 'a', type }], original_filename: 'a.csv' };
  const { status, body } = await bench.ask('POST', '/api/v1/headless/imports/', wanted);
  assert.deepEqual([status, body], [400, { fields: ['fields[0].type: national numbers need a country'] }]);
});
