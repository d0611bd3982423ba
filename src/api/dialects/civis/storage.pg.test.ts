/** Imports of what lies in a bucket. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { startObjectStore } from '../../../../test/support/object-store.ts';
import { open, StandIn, type Fields } from './harness.ts';

const bench = await open();
const store = await startObjectStore('exports');
after(async () => {
  await store[Symbol.asyncDispose]();
  await bench.close();
});
const client = new StandIn(bench);
const databases = await client.list('databases');
const [credential] = await client.list('credentials?type=Database&default=True');

for (const [key, content] of Object.entries({
  'orders/2023/a.csv': 'id,v\n1,a\n2,"b, c"\n',
  'orders/2023/late/b.csv': 'id,v\n3,c\n',
  'orders/2023/empty/': '',
  'orders/2024.csv': 'id,v\n9,z\n',
})) {
  store.objects.set(key, Buffer.from(content));
}
store.objects.set('packed/c d.csv.gz', gzipSync('id|v\n4|d\n5|\n'));

const host = await client.call('POST', 'storage_hosts', {
  provider: 's3',
  bucket: store.bucket,
  name: 'exports',
  s3_options: { region: store.region, endpoint: store.endpoint },
});
const keys = await client.call('POST', 'credentials', {
  type: 'Amazon Web Services S3',
  username: store.accessKey,
  password: store.secretKey,
});

async function load(database: Fields | undefined, paths: readonly string[], more: Fields = {}): Promise<Fields> {
  const made = await client.call('POST', 'imports/files/csv', {
    source: { storage_path: { storage_host_id: host['id'], credential_id: keys['id'], file_paths: paths } },
    destination: { schema: 'bucket', table: 'orders', remote_host_id: database?.['id'], credential_id: credential?.['id'] },
    first_row_is_header: true,
    existing_table_rows: 'drop',
    table_columns: [
      { name: 'id', sql_type: 'INT' },
      { name: 'v', sql_type: 'VARCHAR(9)' },
    ],
    ...more,
  });
  return await run(made);
}

async function run(made: Fields): Promise<Fields> {
  const begun = await client.call('POST', `jobs/${String(made['id'])}/runs`);
  return { ...(await client.poll(`jobs/${String(made['id'])}/runs/${String(begun['id'])}`)), job: made };
}

async function rows(database: Fields | undefined): Promise<unknown> {
  const sql = 'select id, v from bucket.orders order by id';
  const asked = { database: database?.['id'], credential: credential?.['id'], sql, previewRows: 10 };
  const query = await client.call('POST', 'queries', asked);
  return (await client.poll(`queries/${String(query['id'])}`))['resultRows'];
}

test('a folder means every file below it, into every kind of database', async () => {
  for (const database of databases) {
    assert.equal((await load(database, ['/orders/2023/']))['error'], null);
    const loaded = [
      ['1', 'a'],
      ['2', 'b, c'],
      ['3', 'c'],
    ];
    assert.deepEqual(await rows(database), loaded);
    // Its slash may be left out, and files stand beside folders.
    assert.equal((await load(database, ['orders/2023', 'orders/2024.csv']))['error'], null);
    assert.deepEqual(await rows(database), [...loaded, ['9', 'z']]);
  }
});

test('what is packed is unpacked, and what is said of the files counts', async () => {
  const [database] = databases;
  const more = { compression: 'gzip', column_delimiter: 'pipe' };
  assert.equal((await load(database, ['packed/c d.csv.gz'], more))['error'], null);
  assert.deepEqual(await rows(database), [
    ['4', 'd'],
    ['5', 'NULL'],
  ]);
});

test('what is not there, a wrong key and a host that is none are told, and the table stays', async () => {
  const [database] = databases;
  const before = await rows(database);
  assert.match(String((await load(database, ['orders/2022/']))['error']), /nothing at orders\/2022\//);
  await client.call('PATCH', `credentials/${String(keys['id'])}`, { password: 'another secret' });
  const refused = await load(database, ['orders/2024.csv']);
  assert.equal(refused['state'], 'failed');
  assert.doesNotMatch(JSON.stringify(refused), /another secret/);
  await client.call('PATCH', `credentials/${String(keys['id'])}`, { password: store.secretKey });
  assert.deepEqual(await rows(database), before);
  // A job that stands already goes by what the credential is now.
  assert.equal((await run(refused['job'] as Fields))['error'], null);
  const source = { storage_path: { storage_host_id: 999, credential_id: keys['id'], file_paths: ['a'] } };
  const at = { schema: 'bucket', table: 'orders', remote_host_id: database?.['id'], credential_id: credential?.['id'] };
  const wrong = await client.ask('POST', 'imports/files/csv', { source, destination: at, first_row_is_header: true });
  assert.equal(wrong.status, 400);
});

test('a host that moves is followed, and is among what a job needs', async () => {
  const [database] = databases;
  const made = (await load(database, ['orders/2024.csv']))['job'] as Fields;
  await client.call('PATCH', `storage_hosts/${String(host['id'])}`, {
    s3_options: { region: 'elsewhere', endpoint: store.endpoint },
  });
  // Its signatures are of another region then.
  assert.match(String((await run(made))['error']), /the object storage says 403/);
  await client.call('PATCH', `storage_hosts/${String(host['id'])}`, {
    s3_options: { region: store.region, endpoint: store.endpoint },
  });
  assert.equal((await run(made))['error'], null);
  const needs = await client.list(`imports/${String(made['id'])}/dependencies`);
  assert.deepEqual(
    needs
      .filter(({ fcoType, id }) => fcoType === 'storage_hosts' || id === keys['id'])
      .map(({ objectType, name }) => [objectType, name]),
    [
      ['StorageHost', 'exports'],
      ['Credential', store.accessKey],
    ],
  );
});
