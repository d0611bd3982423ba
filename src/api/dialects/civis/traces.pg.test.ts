/** The calls that the vendor's client makes, one after the other, and what it is answered. `UPDATE_GOLDEN=1` writes them anew. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { after, test } from 'node:test';
import { open, send, StandIn, type Fields } from './harness.ts';

const golden = (name: string): string => join(import.meta.dirname, '../../../../test/golden', name);
const bench = await open();
after(async () => await bench.close());

interface Place {
  readonly client: StandIn;
  readonly database: string;
}

/** Each function asks for both again. */
async function ends({ client, database }: Place): Promise<{ readonly db: number; readonly cred: number }> {
  const found = (await client.list('databases')).find(({ name }) => name === database);
  const [credential] = await client.list('credentials?type=Database&default=True');
  return { db: Number(found?.['id']), cred: Number(credential?.['id']) };
}

async function fileToCivis({ client }: Place, name: string, content: string): Promise<number> {
  const made = await client.call('POST', 'files', { name });
  await client.post(String(made['uploadUrl']), made['uploadFields'] as object, content);
  return Number(made['id']);
}

interface Cleaned {
  readonly id: number;
  readonly info: Fields;
}

async function prepared({ client }: Place, file: number, detect: boolean): Promise<Cleaned> {
  const wanted = { file_id: file, in_place: false, detect_table_columns: detect, force_character_set_conversion: true };
  const job = await client.call('POST', 'files/preprocess/csv', {
    ...wanted,
    include_header: null,
    column_delimiter: null,
    hidden: true,
  });
  const run = await client.call('POST', `jobs/${String(job['id'])}/runs`);
  const at = `jobs/${String(job['id'])}/runs/${String(run['id'])}`;
  await client.call('GET', `files/${file}`);
  assert.equal((await client.poll(at))['state'], 'succeeded');
  const [output] = await client.list(`${at}/outputs`);
  const found = await client.call('GET', `files/${String(output?.['objectId'])}`);
  return { id: Number(found['id']), info: found['detectedInfo'] as Fields };
}

async function csvToCivis(place: Place, table: string, content: string, more: object = {}): Promise<Fields> {
  const { client } = place;
  const file = await fileToCivis(place, 'rows.csv', content);
  const { db, cred } = await ends(place);
  const there = await client.ask('GET', `databases/${db}/schemas/scratch/tables/${table}`);
  const cleaned = await prepared(place, file, there.status === 404);
  const made = await client.call('POST', 'imports/files/csv', {
    name: `CSV import to scratch.${table}`,
    source: { file_ids: [cleaned.id] },
    destination: {
      schema: 'scratch',
      table,
      remote_host_id: db,
      credential_id: cred,
      primary_keys: null,
      last_modified_keys: null,
    },
    first_row_is_header: cleaned.info['includeHeader'],
    column_delimiter: cleaned.info['columnDelimiter'],
    escaped: false,
    compression: cleaned.info['compression'],
    existing_table_rows: 'fail',
    max_errors: null,
    table_columns: there.status === 404 ? cleaned.info['tableColumns'] : null,
    loosen_types: there.status === 404,
    execution: 'immediate',
    redshift_destination_options: { distkey: null, sortkeys: [null, null], diststyle: null },
    hidden: true,
    ...more,
  });
  const run = await client.call('POST', `jobs/${String(made['id'])}/runs`);
  return await client.poll(`jobs/${String(made['id'])}/runs/${String(run['id'])}`);
}

/** A script, its run until the end, and once more the run, as clients do. */
async function exported(place: Place, sql: string, settings: object): Promise<Fields | undefined> {
  const { client } = place;
  const { db, cred } = await ends(place);
  const wanted = { remote_host_id: db, credential_id: cred, sql, hidden: true, csv_settings: settings };
  const made = await client.call('POST', 'scripts/sql', { name: 'export', ...wanted });
  const run = await client.call('POST', `scripts/sql/${String(made['id'])}/runs`);
  const at = `scripts/sql/${String(made['id'])}/runs/${String(run['id'])}`;
  const ended = await client.poll(at);
  assert.equal(ended['state'], 'succeeded', String(ended['error']));
  const again = await client.call('GET', at);
  const [output] = again['output'] as readonly Fields[];
  return output;
}

const bytesAt = async (address: unknown): Promise<Buffer> => {
  const reply = await fetch(String(address));
  assert.deepEqual([reply.status, reply.headers.get('content-encoding')], [200, null]);
  return Buffer.from(await reply.arrayBuffer());
};

async function readCivisSql(place: Place, sql: string): Promise<string> {
  const output = await exported(place, sql, { compression: 'gzip' });
  return gunzipSync(await bytesAt(output?.['path'])).toString('utf8');
}

async function queryCivis(place: Place, sql: string): Promise<Fields> {
  const { db, cred } = await ends(place);
  const made = await place.client.call('POST', 'queries', {
    database: db,
    sql,
    preview_rows: 10,
    credential: cred,
    hidden: true,
  });
  return await place.client.poll(`queries/${String(made['id'])}`);
}

async function transferTable(place: Place, from: string, into: string): Promise<Fields> {
  const { client } = place;
  const { db, cred } = await ends(place);
  const end = { remote_host_id: db, credential_id: cred };
  const made = await client.call('POST', 'imports', {
    name: 'transfer',
    sync_type: 'Dbsync',
    is_outbound: true,
    source: end,
    destination: end,
  });
  await client.call('POST', `imports/${String(made['id'])}/syncs`, {
    source: { path: from },
    destination: { path: into },
    advanced_options: {},
  });
  const { runId } = await client.call('POST', `imports/${String(made['id'])}/runs`);
  return await client.poll(`imports/files/${String(made['id'])}/runs/${String(runId)}`);
}

/** By a number, and the address behind it. */
async function civisToFile({ client }: Place, number: unknown): Promise<Buffer> {
  return await bytesAt((await client.call('GET', `files/${String(number)}`))['fileUrl']);
}

async function fileInParts({ client }: Place, name: string, parts: readonly string[]): Promise<number> {
  const made = await client.call('POST', 'files/multipart', { name, num_parts: parts.length });
  const urls = made['uploadUrls'] as readonly string[];
  // In any order, and one of them twice: the last word counts.
  for (const [at, text] of [...parts.entries(), [0, parts[0] ?? ''] as const].toReversed()) {
    const reply = await send(bench.url, 'PUT', urls[at] ?? '', { headers: {}, body: text });
    assert.ok(reply.status < 300, reply.text);
  }
  await client.call('POST', `files/multipart/${String(made['id'])}/complete`);
  return Number(made['id']);
}

/** The list of files, and all that is in them. */
async function civisToMultifile(place: Place, sql: string): Promise<readonly string[]> {
  const settings = {
    force_multifile: true,
    column_delimiter: 'pipe',
    compression: 'none',
    include_header: false,
    max_file_size: 1,
  };
  const output = await exported(place, sql, settings);
  const manifest = JSON.parse((await civisToFile(place, output?.['fileId'])).toString('utf8')) as {
    readonly header: readonly string[];
    readonly entries: readonly { readonly url_signed: string; readonly size: number }[];
  } & Fields;
  const texts: string[] = [];
  for (const { url_signed, size } of manifest.entries) {
    const bytes = await bytesAt(url_signed);
    assert.equal(bytes.length, size);
    texts.push(bytes.toString('utf8'));
  }
  const { query, unquoted, compression, delimiter } = manifest;
  assert.deepEqual([query, unquoted, compression, delimiter], [sql, false, 'none', 'pipe']);
  return [manifest.header.join('|'), ...texts];
}

const rows = 'id,name,amount\n1,Ann,1.50\n2,"Bo, ""b""",\n3,,3.25\n';

/** All of them, on one database. */
async function traces(place: Place): Promise<void> {
  const { client } = place;
  assert.equal((await csvToCivis(place, 'people', rows))['state'], 'succeeded');
  assert.equal(
    await readCivisSql(place, 'select id, name from scratch.people order by id'),
    'id,name\n1,Ann\n2,"Bo, ""b"""\n3,\n',
  );
  const again = await csvToCivis(place, 'people', rows);
  assert.equal(again['state'], 'failed');
  assert.match(String(again['error']), /already there/);
  const added = await csvToCivis(place, 'people', 'id,name,amount\n4,Di,4\n', { existing_table_rows: 'append' });
  assert.equal(added['state'], 'succeeded');
  assert.deepEqual((await queryCivis(place, 'select count(*) as n from scratch.people'))['resultRows'], [['4']]);
  assert.equal((await transferTable(place, 'scratch.people', 'scratch.copied'))['state'], 'succeeded');
  assert.equal(await readCivisSql(place, 'select count(*) as n from scratch.copied'), 'n\n4\n');
  const wrong = await csvToCivis(place, 'people', 'id,name,amount\n5,ok,1\nsix,bad,2\n', { existing_table_rows: 'append' });
  assert.match(String(wrong['error']), /row 2: the field id/);
  await otherTraces(place);
  const [job] = await client.list('imports?limit=1&hidden=True');
  const [run] = await client.list(`jobs/${String(job?.['id'])}/runs?limit=1&order=id&order_dir=desc`);
  const logs = `jobs/${String(job?.['id'])}/runs/${String(run?.['id'])}/logs`;
  assert.ok(
    (await client.list(`${logs}?last_id=0&limit=250`)).some(({ message }) => /row 2: the field id/.test(String(message))),
  );
}

const piped = [1, 2, 3, 4].map((id) => `${id}|${['Ann', '"Bo, ""b"""', '', 'Di'][id - 1] ?? ''}\n`).join('');

/** Files, exports, statements, and what is looked up by name. */
async function otherTraces(place: Place): Promise<void> {
  const { client } = place;
  const sql = 'select id, name from scratch.people order by id';
  const csv = await exported(place, sql, { include_header: false, compression: 'gzip', column_delimiter: 'tab', unquoted: true });
  assert.equal(gunzipSync(await bytesAt(csv?.['path'])).toString('utf8'), '1\tAnn\n2\tBo, "b"\n3\t\n4\tDi\n');
  const kept = await exported(place, sql, {});
  assert.equal((await civisToFile(place, kept?.['fileId'])).subarray(0, 2).toString('hex'), '1f8b');
  assert.deepEqual(await civisToMultifile(place, sql), ['id|name', piped]);
  const parts = await fileInParts(place, 'parts.bin', ['first ', 'second ', 'third']);
  assert.equal((await civisToFile(place, parts)).toString('utf8'), 'first second third');
  const statements =
    'create table scratch.made (n int); insert into scratch.made values (1), (2); select sum(n) as n from scratch.made';
  assert.deepEqual((await queryCivis(place, statements))['resultRows'], [['3']]);
  const silent = await queryCivis(place, 'drop table scratch.made;');
  assert.deepEqual([silent['state'], silent['resultRows'], silent['resultColumns']], ['succeeded', [], []]);
  assert.equal(await exported(place, 'create table scratch.empty (n int)', {}), undefined);
  const { db } = await ends(place);
  const [table] = await client.list(`tables?database_id=${db}&schema=scratch&name=people`);
  assert.equal(table?.['name'], 'people');
  await client.list('storage_hosts');
  await client.list('credentials?type=Amazon+Web+Services+S3');
}

const heldAgainst = (client: StandIn, name: string): void => {
  const said = client.said.join('\n');
  if (process.env['UPDATE_GOLDEN']) writeFileSync(golden(name), said);
  assert.equal(said, readFileSync(golden(name), 'utf8'));
};

test('the embedded warehouse: every call is answered as it is written down', async () => {
  const client = new StandIn(bench);
  await traces({ client, database: 'default' });
  heldAgainst(client, 'civis.txt');
});

test('a database of a connection: the same', async () => {
  const client = new StandIn(bench);
  await traces({ client, database: 'shop' });
  heldAgainst(client, 'civis-postgres.txt');
});

test('another client sends its file to an address and runs the import', async () => {
  const client = new StandIn(bench);
  const place = { client, database: 'shop' };
  const { db, cred } = await ends(place);
  const made = await client.call('POST', 'imports/files/', {
    schema: 'scratch',
    name: 'sent',
    remoteHostId: db,
    credentialId: cred,
    hidden: true,
  });
  const sent = await fetch(String(made['uploadUri']), { method: 'PUT', body: 'x,y\n1,2\n' });
  assert.equal(sent.status, 200);
  const run = await client.call('POST', `imports/files/${String(made['id'])}/runs`);
  assert.equal((await client.poll(`imports/files/${String(made['id'])}/runs/${String(run['id'])}`))['state'], 'succeeded');
  assert.equal(await readCivisSql(place, 'select x, y from scratch.sent'), 'x,y\n1,2\n');
});
