/** Rows of the contract that no other test names: shapes, defaults, small rules. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { open, send, StandIn, type Fields, type Reply } from './harness.ts';

const bench = await open();
after(async () => await bench.close());
const client = new StandIn(bench);
const [database] = await client.list('databases');
const [credential] = await client.list('credentials?type=Database&default=True');
const at = { remoteHostId: database?.['id'], credentialId: credential?.['id'] };
const parse = ({ text }: Reply): Fields => JSON.parse(text) as Fields;

async function upload(content: string, name = 'rows.csv'): Promise<unknown> {
  const made = await client.call('POST', 'files', { name });
  await client.post(String(made['uploadUrl']), made['uploadFields'] as object, content);
  return made['id'];
}

async function run(job: unknown): Promise<Fields> {
  const begun = await client.call('POST', `jobs/${String(job)}/runs`);
  return await client.poll(`jobs/${String(job)}/runs/${String(begun['id'])}`);
}

async function prepare(
  file: unknown,
  more: Fields = {},
): Promise<{ readonly run: Fields; readonly info: Fields; readonly text: string }> {
  const wanted = { file_id: file, in_place: false, detect_table_columns: true };
  const job = await client.call('POST', 'files/preprocess/csv', { ...wanted, ...more });
  const ended = await run(job['id']);
  const [made] = await client.list(`jobs/${String(job['id'])}/runs/${String(ended['id'])}/outputs`);
  if (!made) return { run: ended, info: {}, text: '' };
  const found = await client.call('GET', `files/${String(made['objectId'])}`);
  return { run: ended, info: found['detectedInfo'] as Fields, text: await (await fetch(String(found['fileUrl']))).text() };
}

const csv = async (more: Fields): Promise<Fields> =>
  await client.call('POST', 'imports/files/csv', {
    source: { fileIds: [await upload('id,v\n1,a\n')] },
    destination: { schema: 'rows', table: 'one', ...at },
    firstRowIsHeader: true,
    tableColumns: [
      { name: 'id', sqlType: 'INT' },
      { name: 'v', sqlType: 'VARCHAR(9)' },
    ],
    ...more,
  });

test('1.2 a key as a bearer; 1.8 an address that is none, in words of a body', async () => {
  const headers = { authorization: `Bearer ${bench.token}` };
  assert.equal((await send(bench.url, 'GET', '/civis/users/me', { headers })).status, 200);
  for (const path of ['imports/1/nothing', 'files/csv', 'x']) {
    const { status, text } = await client.ask('GET', path);
    assert.deepEqual([status, (JSON.parse(text) as Fields)['error']], [404, 'not_found']);
  }
});

test('1.5 both spellings, unknown keys, nulls and one value for a list; 1.6 lists are there, and texts of times', async () => {
  const made = await client.call('POST', 'imports', {
    name: 'spelled',
    sync_type: 'Dbsync',
    isOutbound: true,
    schedule: { scheduled: true, scheduled_hours: 4, scheduledMinutes: null },
    notifications: { urls: 'example.com' },
    nobody_knows: 1,
    time_zone: null,
  });
  assert.deepEqual((made['schedule'] as Fields)['scheduledHours'], [4]);
  assert.deepEqual((made['notifications'] as Fields)['urls'], ['example.com']);
  assert.equal(made['timeZone'], 'America/Chicago');
  assert.match(String(made['createdAt']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.deepEqual([made['archived'], made['syncs'], made['lastRun'], made['parentId']], [false, [], null, null]);
  assert.equal((await client.ask('GET', 'imports?limit=1000')).headers['x-pagination-per-page'], '50');
  assert.equal((await client.ask('GET', 'imports?order_dir=up')).status, 400);
});

test('2.3 options in full, with what they are when nobody says it; what is dead is dropped', async () => {
  const made = await client.call('POST', 'imports', {
    name: 'sheets',
    syncType: 'GdocImport',
    isOutbound: false,
    destination: at,
  });
  const sheet = { spreadsheet: 'Sales', worksheet: 'May', worksheetId: 3 };
  const sync = await client.call('POST', `imports/${String(made['id'])}/syncs`, {
    source: { googleWorksheet: sheet },
    destination: { path: 'rows.sheet' },
    advancedOptions: { partitionColumnName: 'x', contactLists: 'y', mysqlCatalogMatchesSchema: false, maxErrors: 2 },
  });
  const options = sync['advancedOptions'] as Fields;
  assert.equal(Object.keys(options).length, 29);
  assert.deepEqual(
    ['existingTableRows', 'partitionColumnName', 'contactLists', 'mysqlCatalogMatchesSchema', 'maxErrors'].map(
      (name) => options[name],
    ),
    ['fail', null, null, true, 2],
  );
  const source = sync['source'] as Fields;
  assert.deepEqual([source['path'], typeof source['id']], ['"Sales"."May"', 'number']);
  assert.deepEqual(source['googleWorksheet'], { ...sheet, spreadsheetId: null });
  assert.match(String((await run(made['id']))['error']), /no connector for Google Sheets/);
  const db = await client.call('POST', 'imports', { name: 'sf', syncType: 'Dbsync', isOutbound: false, destination: at });
  const force = await client.call('POST', `imports/${String(db['id'])}/syncs`, {
    source: { salesforce: { objectName: 'Account' } },
    destination: { path: 'rows.accounts' },
    advancedOptions: { soqlQuery: 'select Id from Account', includeDeletedRecords: true },
  });
  const kept = force['advancedOptions'] as Fields;
  assert.deepEqual([kept['soqlQuery'], kept['includeDeletedRecords']], ['select Id from Account', true]);
  assert.deepEqual((force['source'] as Fields)['salesforce'], { objectName: 'Account' });
  assert.match(String((await run(db['id']))['error']), /no connector for Salesforce/);
  const plain = await client.call('POST', `imports/${String(db['id'])}/syncs`, {
    source: { path: '"a"."b.c"' },
    destination: { path: 'rows.c' },
  });
  assert.equal((plain['advancedOptions'] as Fields)['identityColumn'], '');
  assert.deepEqual((plain['source'] as Fields)['databaseTable'], { schema: 'a', table: 'b.c', useWithoutSchema: false });
  const wrong = { source: { path: 'a.b' }, destination: { path: 'c.d' }, advancedOptions: { invalidCharReplacement: 'ä' } };
  assert.equal((await client.ask('POST', `imports/${String(db['id'])}/syncs`, wrong)).status, 400);
});

test('2.4 a CSV import says everything, a PUT begins anew, a PATCH merges', async () => {
  const made = await csv({ redshiftDestinationOptions: { distkey: 'id', sortkeys: ['v', null] } });
  assert.equal(made['name'], `CSV Import #${String(made['id'])}`);
  assert.deepEqual(made['redshiftDestinationOptions'], { diststyle: 'key', distkey: 'id', sortkeys: ['v'] });
  assert.deepEqual((made['source'] as Fields)['storagePath'], { storageHostId: null, credentialId: null, filePaths: [] });
  const path = `imports/files/csv/${String(made['id'])}`;
  const patched = await client.call('PATCH', path, { destination: { table: 'two' }, maxErrors: 4 });
  assert.deepEqual([(patched['destination'] as Fields)['schema'], (patched['destination'] as Fields)['table']], ['rows', 'two']);
  const { source, destination } = patched;
  const put = await client.call('PUT', path, {
    source: { fileIds: (source as Fields)['fileIds'] },
    destination,
    firstRowIsHeader: true,
  });
  assert.deepEqual([put['maxErrors'], put['execution'], put['tableColumns']], [null, 'delayed', []]);
  const unknown = await csv({ redshiftDestinationOptions: { distkey: 'nothing' } });
  assert.match(String((await run(unknown['id']))['error']), /no column nothing/);
});

test('3.1-3.5 a run is the same through all of its routes, and a job is what its kind says', async () => {
  const made = await csv({ existingTableRows: 'drop' });
  const begun = await client.ask('POST', `imports/files/csv/${String(made['id'])}/runs`);
  const { id } = parse(begun);
  assert.match(
    String(begun.headers['location']),
    new RegExp(`/civis/imports/files/csv/${String(made['id'])}/runs/${String(id)}$`),
  );
  await client.poll(`imports/files/csv/${String(made['id'])}/runs/${String(id)}`);
  for (const family of ['imports', 'imports/files', 'imports/files/csv', 'jobs']) {
    const [last] = await client.list(`${family}/${String(made['id'])}/runs`);
    assert.equal(last?.['id'], id, family);
    const { headers } = await client.ask('GET', `${family}/${String(made['id'])}/runs/${String(id)}/logs`);
    assert.deepEqual(
      [headers['civis-cache-control'], typeof headers['civis-max-id']],
      ['private, max-age=86400', 'string'],
      family,
    );
  }
  const shown = await client.call('GET', `imports/${String(made['id'])}`);
  assert.deepEqual(
    [shown['syncType'], shown['source'], shown['state'], shown['jobType']],
    ['AutoImport', null, 'succeeded', 'JobTypes::Import'],
  );
  assert.equal((await client.ask('DELETE', `imports/files/csv/${String(made['id'])}`)).status, 204);
  assert.equal((await client.ask('POST', `jobs/${String(made['id'])}/runs`)).status, 400);
  const again = await client.call('PUT', `imports/files/csv/${String(made['id'])}/archive`, { status: false });
  assert.equal(again['id'], made['id']);
});

test('4.1 statistics of columns, once somebody has asked for them', async () => {
  await csv({ existingTableRows: 'drop' }).then(async ({ id }) => await run(id));
  const named = `tables?database_id=${String(at.remoteHostId)}&schema=rows&name=one`;
  const [table] = await client.list(named);
  // A delayed load, as loads are that say nothing, puts them off.
  assert.equal(table?.['refreshStatus'], 'stale');
  assert.equal((await client.call('GET', `tables/${String(table['id'])}`))['refreshStatus'], 'stale');
  const refreshed = await client.call('POST', `tables/${String(table?.['id'])}/refresh`);
  assert.ok(['refreshing', 'current'].includes(String(refreshed['refreshStatus'])));
  let shown = refreshed;
  while (shown['lastRefresh'] === null) shown = await client.call('GET', `tables/${String(table?.['id'])}`);
  assert.deepEqual([shown['refreshStatus'], (await client.list(named))[0]?.['refreshStatus']], ['current', 'current']);
  await csv({ existingTableRows: 'drop', execution: 'immediate' }).then(async ({ id }) => await run(id));
  assert.equal((await client.list(named))[0]?.['refreshStatus'], 'current');
  const [id, v] = shown['columns'] as readonly Fields[];
  const facts = ['minValue', 'maxValue', 'avgValue', 'nullCount', 'distinctCount', 'coverageCount'];
  assert.deepEqual(
    facts.map((name) => id?.[name]),
    ['1', '1', 1, 0, 1, 1],
  );
  assert.deepEqual(
    facts.map((name) => v?.[name]),
    ['a', 'a', null, 0, 1, 1],
  );
  const scan = { databaseId: at.remoteHostId, schema: 'rows', tableName: 'one' };
  const { jobId, runId } = await client.call('POST', 'tables/scan', scan);
  assert.equal((await client.poll(`jobs/${String(jobId)}/runs/${String(runId)}`))['state'], 'succeeded');
  const missing = await client.ask('POST', 'tables/scan', { ...scan, tableName: 'nothing' });
  assert.equal(missing.status, 404);
});

test('4.1 outputs of a script are those of its job', async () => {
  const made = await client.call('POST', 'scripts/sql', { name: 'out', sql: 'select 1 as n', ...at });
  const ended = await run(made['id']);
  const path = `${String(made['id'])}/runs/${String(ended['id'])}/outputs`;
  assert.deepEqual(await client.list(`scripts/sql/${path}`), await client.list(`jobs/${path}`));
});

test('4.1 one default credential for each person and type', async () => {
  const first = await client.call('POST', 'credentials', { type: 'Custom', username: 'a', password: 'p', default: true });
  const second = await client.call('POST', 'credentials', { type: 'Custom', username: 'b', password: 'p', default: true });
  const found = await client.list('credentials?type=Custom&default=True');
  assert.deepEqual(
    found.map(({ id }) => id),
    [second['id']],
  );
  assert.deepEqual([first['name'], first['default']], ['a', true]);
});

test('5.5 some columns of a table may be named, and the others stay empty', async () => {
  await csv({ existingTableRows: 'drop' }).then(async ({ id }) => await run(id));
  const some = await csv({
    source: { fileIds: [await upload('v\nb\n')] },
    tableColumns: [{ name: 'v' }],
    existingTableRows: 'append',
  });
  assert.equal((await run(some['id']))['error'], null);
  const asked = {
    database: at.remoteHostId,
    credential: at.credentialId,
    sql: 'select id, v from rows.one order by v',
    previewRows: 10,
  };
  const query = await client.call('POST', 'queries', asked);
  assert.deepEqual((await client.poll(`queries/${String(query['id'])}`))['resultRows'], [
    ['1', 'a'],
    ['NULL', 'b'],
  ]);
});

test('5.9 what is given comes back, what is packed is unpacked, other delimiters become commas, nothing at all is an error', async () => {
  const given = await prepare(await upload('1|2\n3|4\n'), { include_header: false, column_delimiter: 'pipe' });
  assert.deepEqual(
    [given.info['includeHeader'], given.info['columnDelimiter'], given.info['compression']],
    [false, 'pipe', 'none'],
  );
  assert.deepEqual(
    (given.info['tableColumns'] as readonly Fields[]).map(({ name }) => name),
    ['column_1', 'column_2'],
  );
  const other = await prepare(await upload('id;na me\n1;"a;b"\n2;c,d\n'));
  assert.equal(other.run['error'], null);
  assert.equal(other.info['columnDelimiter'], 'comma');
  assert.equal(other.text, 'id,na_me\n"1",a;b\n"2","c,d"\n');
  const empty = await prepare(await upload(''));
  assert.equal(empty.run['state'], 'failed');
  assert.ok(String(empty.run['error']).length > 10);
  const made = await client.call('POST', 'files', { name: 'rows.csv.gz' });
  const [begin, end] = await form(made);
  await send(bench.url, 'POST', String(made['uploadUrl']), {
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
    body: Buffer.concat([begin, gzipSync('a,b\n1,x\n'), end]),
  });
  assert.equal((await prepare(made['id'])).text, 'a,b\n1,x\n');
});

const form = (made: Fields): Promise<readonly [Buffer, Buffer]> => {
  const key = String((made['uploadFields'] as Fields)['key']);
  const part = (name: string): string => `--b\r\nContent-Disposition: form-data; name="${name}"; filename="${name}"\r\n\r\n`;
  return Promise.resolve([Buffer.from(`${part('key')}${key}\r\n${part('file')}`), Buffer.from('\r\n--b--\r\n')]);
};
