/** Chapter 5 of the contract, row by row, over HTTP: what loads do with tables, names, texts and states. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { zip } from '../../../../test/support/archives.ts';
import { pass } from '../../../jobs/scheduler.ts';
import { open, send, StandIn, type Fields } from './harness.ts';

const bench = await open();
after(async () => await bench.close());
const client = new StandIn(bench);
const at = await client.shop();
const rows = async (sql: string): Promise<unknown> => await bench.server.sql(bench.shopUrl, sql);

async function run(job: unknown): Promise<Fields> {
  const begun = await client.call('POST', `jobs/${String(job)}/runs`);
  return await client.poll(`jobs/${String(job)}/runs/${String(begun['id'])}`);
}

const typed = [
  { name: 'id', sqlType: 'INT' },
  { name: 'v', sqlType: 'VARCHAR(20)' },
];

async function csv(contents: readonly (string | Buffer)[], table: string, more: Fields = {}): Promise<Fields> {
  const fileIds: unknown[] = [];
  for (const content of contents) fileIds.push(await client.upload(content));
  return await client.call('POST', 'imports/files/csv', {
    source: { fileIds },
    destination: { schema: 'sem', table, ...at },
    firstRowIsHeader: true,
    tableColumns: typed,
    ...more,
  });
}

const load = async (contents: readonly (string | Buffer)[], table: string, more: Fields = {}): Promise<Fields> =>
  await run((await csv(contents, table, more))['id']);

const content = async (table: string): Promise<unknown> => await rows(`select id, v from sem.${table} order by id`);

await rows('create schema sem');
for (const { mode, present } of [
  { mode: 'fail', present: undefined },
  { mode: 'truncate', present: [['2', 'b', '7']] },
  { mode: 'append', present: [['1', 'a', '7'], ['2', 'b', '7']] }, // prettier-ignore
  { mode: 'drop', present: [['2', 'b']] },
] as const) {
  test(`5.3 ${mode}: a table that is missing is made, one that is there is dealt with as it says`, async () => {
    assert.equal((await load(['id,v\n1,a\n'], `new_${mode}`, { existingTableRows: mode }))['error'], null);
    assert.deepEqual(await content(`new_${mode}`), [['1', 'a']]);
    // A structure that only this table has: a default and an index.
    const table = `old_${mode}`;
    await rows(`create table sem.${table} (id int, v text, n int default 7); create index on sem.${table} (v)`);
    await rows(`insert into sem.${table} values (1, 'a')`);
    const ran = await load(['id,v\n2,b\n'], table, { existingTableRows: mode });
    assert.equal(ran['state'], present ? 'succeeded' : 'failed', String(ran['error']));
    const index = await rows(`select 1 from pg_indexes where schemaname = 'sem' and tablename = '${table}'`);
    assert.equal((index as unknown[]).length, mode === 'drop' ? 0 : 1);
    const found = await rows(`select * from sem.${table} order by id`);
    assert.deepEqual(found, present ?? [['1', 'a', '7']]);
  });
}

test('5.3 what fails leaves the table as it was, also where it would have been emptied or made anew; several files are one load', async () => {
  await rows("create table sem.kept (id int, v text); insert into sem.kept values (1, 'a')");
  for (const mode of ['append', 'truncate', 'drop']) {
    const ran = await load(['id,v\n2,b\n', 'id,v\n3,c\nx,d\n'], 'kept', { existingTableRows: mode });
    assert.equal(ran['state'], 'failed');
    assert.match(String(ran['error']), /row 2|line 3/, mode);
    assert.deepEqual(await content('kept'), [['1', 'a']], mode);
  }
  const other = await load(['id,v\n2,b\n', 'id,v,w\n3,c,d\n'], 'kept', { existingTableRows: 'append' });
  assert.equal(other['state'], 'failed');
  assert.equal((await load(['id,v\n2,b\n', 'id,v\n3,c\n'], 'kept', { existingTableRows: 'append' }))['error'], null);
  assert.deepEqual(await content('kept'), [['1', 'a'], ['2', 'b'], ['3', 'c']]); // prettier-ignore
});

for (const [what, text, more, expected] of [
  ['nothing is NULL, a quoted nothing is a text', 'id,v\n1,\n2,""\n', {}, [['1', null], ['2', '']]], // prettier-ignore
  ['a line break inside quotes is data', 'id,v\n1,"a\nb"\n', {}, [['1', 'a\nb']]],
  ['quotes are doubled', 'id,v\n1,"say ""hi"""\n', {}, [['1', 'say "hi"']]],
  ['or escaped', 'id,v\n1,"say \\"hi\\""\n', { escaped: true }, [['1', 'say "hi"']]],
  ['tabs', 'id\tv\n1\ta,b\n', { columnDelimiter: 'tab' }, [['1', 'a,b']]],
  ['pipes', 'id|v\n1|a,b\n', { columnDelimiter: 'pipe' }, [['1', 'a,b']]],
  ['no header', '1,a\n2,b\n', { firstRowIsHeader: false }, [['1', 'a'], ['2', 'b']]], // prettier-ignore
  ['a mark of the byte order is no data', '\ufeff1,a\n', { firstRowIsHeader: false }, [['1', 'a']]],
  ['carriage returns', 'id,v\r\n1,a\r\n', {}, [['1', 'a']]],
] as const) {
  test(`5.5 ${what}`, async () => {
    const ran = await load([text], 'texts', { existingTableRows: 'drop', ...more });
    assert.equal(ran['error'], null);
    assert.deepEqual(await content('texts'), expected);
  });
}

test('5.5 names of columns become names that a database takes', async () => {
  const long = 'x'.repeat(140);
  const header = `"Größe (cm)",2nd  place,a\tb,,name,name,${long}`;
  const made = await client.call('POST', 'imports/files', { schema: 'sem', name: 'named', ...at, firstRowIsHeader: true, columnDelimiter: 'comma' }); // prettier-ignore
  await send(bench.url, 'PUT', String(made['uploadUri']), { headers: {}, body: `${header}\n1,2,3,4,5,6,7\n` });
  assert.equal((await run(made['id']))['error'], null);
  const names = (await rows(
    `select attname from pg_attribute where attrelid = 'sem.named'::regclass and attnum > 0 order by attnum`,
  )) as string[][];
  const [size, second, tab, none, name, again] = names.flat();
  assert.match(String(size), /^Gr.*_cm$/i);
  assert.deepEqual([second, tab, none, name, again], ['c2nd_place', 'a_b', 'column_4', 'name', 'name_2']);
  // PostgreSQL has room for 63 bytes only.
  const found = (await prepared(`${header}\n1,2,3,4,5,6,7\n`, { include_header: true, detect_table_columns: true })).info;
  const detected = (found['tableColumns'] as readonly Fields[]).map((one) => one['name']);
  assert.deepEqual(detected.slice(1), ['c2nd_place', 'a_b', 'column_4', 'name', 'name_2', 'x'.repeat(127)]);
});

test('5.5 columns that lay a table out are columns of the file', async () => {
  const file = { schema: 'sem', name: 'laid', ...at, firstRowIsHeader: true };
  const loaded = async (layout: Fields): Promise<Fields> => {
    const made = await client.call('POST', 'imports/files', { ...file, existingTableRows: 'drop', ...layout });
    await send(bench.url, 'PUT', String(made['uploadUri']), { headers: {}, body: 'id,v\n1,a\n' });
    return await run(made['id']);
  };
  assert.equal((await loaded({ distkey: 'id', sortkey1: 'v' }))['error'], null);
  const failed = await loaded({ sortkey2: 'height' });
  assert.equal(failed['state'], 'failed');
  assert.match(String(failed['error']), /no field "height"/);
  assert.deepEqual(await content('laid'), [['1', 'a']]);
});

for (const [compression, pack] of [
  ['none', (text: string) => Buffer.from(text)],
  ['zip', (text: string) => zip({ 'rows.csv': text })],
] as const) {
  test(`5.6 a batch of files that are ${compression}`, async () => {
    const table = `batch_${compression}`;
    await rows(`create table sem.${table} (id int, v text)`);
    const wanted = { file_ids: [await client.upload(pack('id|v\n1|a\n'))], schema: 'sem', table, ...at };
    const made = await client.call('POST', 'imports/batches', { ...wanted, compression, columnDelimiter: 'pipe', firstRowIsHeader: true }); // prettier-ignore
    assert.equal((await client.poll(`imports/batches/${String(made['id'])}`))['error'], null);
    assert.deepEqual(await content(table), [['1', 'a']]);
    // The general routes know it as well.
    const [first] = await client.list(`jobs/${String(made['id'])}/runs`);
    assert.equal(first?.['state'], 'succeeded');
  });
}

async function prepared(bytes: string | Buffer, more: Fields): Promise<{ readonly text: string; readonly info: Fields }> {
  const job = await client.call('POST', 'files/preprocess/csv', {
    file_id: await client.upload(bytes),
    in_place: false,
    ...more,
  });
  const ended = await run(job['id']);
  assert.equal(ended['error'], null);
  const outputs = await client.list(`jobs/${String(job['id'])}/runs/${String(ended['id'])}/outputs`);
  assert.deepEqual(outputs.map(({ objectType }) => objectType), ['File']); // prettier-ignore
  const found = await client.call('GET', `files/${String(outputs[0]?.['objectId'])}`);
  return { text: await (await fetch(String(found['fileUrl']))).text(), info: found['detectedInfo'] as Fields };
}

const latin = Buffer.from('id,v\n1,Zürich\n', 'latin1');
for (const [what, bytes, more, expected] of [
  ['another character set, whether that is asked for', latin, { forceCharacterSetConversion: true }, 'id,v\n1,Zürich\n'],
  ['or found out', latin, { forceCharacterSetConversion: false }, 'id,v\n1,Zürich\n'],
  ['a zip with one file', zip({ 'rows.csv': 'id,v\n1,a\n' }), {}, 'id,v\n1,a\n'],
] as const) {
  test(`5.9 ${what}`, async () => assert.equal((await prepared(bytes, more)).text, expected));
}

test('5.9 a first line is a header where it cannot be typed like the rest, and what is given is not looked at', async () => {
  assert.equal((await prepared('id,v\n1,a\n2,b\n', {})).info['includeHeader'], true);
  assert.equal((await prepared('1,2\n3,4\n', {})).info['includeHeader'], false);
  const { info } = await prepared('id,v\n1,a\n', {
    include_header: false,
    column_delimiter: 'comma',
    detect_table_columns: true,
  });
  assert.equal(info['includeHeader'], false);
  assert.deepEqual(info['tableColumns'], [
    { name: 'column_1', sqlType: 'VARCHAR(2)' },
    { name: 'column_2', sqlType: 'VARCHAR(1)' },
  ]);
  assert.deepEqual((await prepared('id,v\n1,a\n', {})).info['tableColumns'], []);
});

test('5.1, 5.2 what a run began with stays, and what has ended cannot be cancelled', async () => {
  const made = await csv(['id,v\n1,a\n'], 'inputs', { existingTableRows: 'drop' });
  const ran = await run(made['id']);
  const one = `imports/files/csv/${String(made['id'])}`;
  await client.call('PATCH', one, { maxErrors: 9, destination: { table: 'elsewhere' } });
  const inputs = await client.call('GET', `${one}/runs/${String(ran['id'])}/inputs`);
  assert.deepEqual([inputs['maxErrors'], (inputs['destination'] as Fields)['table']], [null, 'inputs']);
  for (const family of ['imports/files', 'imports/files/csv', 'jobs']) {
    const { status } = await client.ask('DELETE', `${family}/${String(made['id'])}/runs/${String(ran['id'])}`);
    assert.equal(status, 404, family);
  }
  const sync = await client.call('POST', 'imports', { name: 'in', syncType: 'Dbsync', isOutbound: true, source: at, destination: at }); // prettier-ignore
  const failed = await run(sync['id']);
  const began = await client.call('GET', `imports/files/${String(sync['id'])}/runs/${String(failed['id'])}/inputs`);
  assert.equal((began['source'] as Fields)['name'], 'shop');
});

test('5.7 an archived job does not begin by its schedule, a hidden one does', async () => {
  const schedule = { scheduled: true, scheduledHours: [3] };
  const past = '2020-01-01T00:00:00Z';
  const make = async (name: string, hidden: boolean): Promise<Fields> =>
    await client.call('POST', 'imports', { name, syncType: 'Dbsync', isOutbound: true, schedule, hidden, nextRunAt: past });
  const [hidden, archived] = [await make('hidden', true), await make('archived', false)];
  assert.equal(hidden['state'], 'scheduled');
  await client.call('PUT', `imports/${String(archived['id'])}/archive`, { status: true });
  await pass(bench.state.db, new Date());
  assert.equal((await client.list(`imports/${String(hidden['id'])}/runs`)).length, 1);
  assert.equal((await client.list(`imports/${String(archived['id'])}/runs`)).length, 0);
});
