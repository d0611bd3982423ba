/** How loads write: delayed upserts, slices of whole tables, texts with a length. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { open, StandIn, type Bench, type Fields } from './harness.ts';

const patient = await open('1h');
const quick = await open('1s');
after(async () => {
  await quick.close();
  await patient.close();
});

/** A client of a server, and where its jobs load. */
async function clientOf(bench: Bench, name = 'shop') {
  const client = new StandIn(bench);
  const database = (await client.list('databases')).find((one) => one['name'] === name);
  const [credential] = await client.list('credentials?type=Database&default=True');
  return { client, at: { remoteHostId: database?.['id'], credentialId: credential?.['id'] } };
}

type Place = Awaited<ReturnType<typeof clientOf>>;

async function csv({ client, at }: Place, content: string, more: Fields = {}): Promise<string> {
  const file = await client.call('POST', 'files', { name: 'rows.csv' });
  await client.post(String(file['uploadUrl']), file['uploadFields'] as object, content);
  const made = await client.call('POST', 'imports/files/csv', {
    source: { fileIds: [file['id']] },
    destination: { schema: 'loads', table: 'rows', ...at, primaryKeys: ['id'], lastModifiedKeys: ['n'] },
    firstRowIsHeader: true,
    tableColumns: [
      { name: 'id', sqlType: 'INT' },
      { name: 'n', sqlType: 'INT' },
      { name: 'v', sqlType: 'VARCHAR(3)' },
    ],
    ...more,
  });
  return `jobs/${String(made['id'])}/runs`;
}

async function run(place: Place, content: string, more: Fields = {}): Promise<Fields> {
  const runs = await csv(place, content, more);
  const { id } = await place.client.call('POST', runs);
  return await place.client.poll(`${runs}/${String(id)}`);
}

const rows = async ({ server, shopUrl }: Bench): Promise<unknown> =>
  await server.sql(shopUrl, 'select id, v from loads.rows order by id');

test('5.4 a delayed upsert is at work until its rows have moved; cancelled before that, none have', async () => {
  const place = await clientOf(patient);
  assert.equal((await run(place, 'id,n,v\n1,1,a\n'))['error'], null);
  const runs = await csv(place, 'id,n,v\n1,2,b\n2,2,c\n', { existingTableRows: 'upsert' });
  const { id } = await place.client.call('POST', runs);
  while ((await place.client.call('GET', `${runs}/${String(id)}`))['state'] === 'queued') await wait(20);
  assert.equal((await place.client.ask('DELETE', `${runs}/${String(id)}`)).status, 202);
  assert.equal((await place.client.poll(`${runs}/${String(id)}`))['state'], 'cancelled');
  assert.deepEqual(await rows(patient), [['1', 'a']]);
  // At once is at once.
  const now = await run(place, 'id,n,v\n1,2,b\n', { existingTableRows: 'upsert', execution: 'immediate' });
  assert.equal(now['error'], null);
  assert.deepEqual(await rows(patient), [['1', 'b']]);
});

test('5.4 the rows of a delayed upsert wait as long as the server says', async () => {
  const place = await clientOf(quick);
  assert.equal((await run(place, 'id,n,v\n1,1,a\n'))['error'], null);
  const ran = await run(place, 'id,n,v\n1,2,b\n', { existingTableRows: 'upsert' });
  assert.equal(ran['error'], null);
  assert.ok(Date.parse(String(ran['finishedAt'])) - Date.parse(String(ran['startedAt'])) >= 1000);
  assert.deepEqual(await rows(quick), [['1', 'b']]);
});

test('5.4 an upsert of some columns leaves the others', async () => {
  const place = await clientOf(quick);
  await run(place, 'id,n,v\n1,1,a\n2,1,b\n', { existingTableRows: 'drop' });
  const columns = [{ name: 'id' }, { name: 'n' }];
  const more = { existingTableRows: 'upsert', execution: 'immediate', tableColumns: columns };
  assert.equal((await run(place, 'id,n\n2,5\n3,5\n', more))['error'], null);
  assert.deepEqual(await quick.server.sql(quick.shopUrl, 'select id, n, v from loads.rows order by id'), [
    ['1', '1', 'a'],
    ['2', '5', 'b'],
    ['3', '5', null],
  ]);
});

test('5.5 a text is as long as its column says, or has room where types are loosened', async () => {
  const place = await clientOf(quick);
  const more = { existingTableRows: 'drop' };
  const long = 'id,n,v\n1,1,abc\n2,1,abcd\n';
  assert.equal((await run(place, long, more))['state'], 'failed');
  assert.equal((await run(place, long, { ...more, maxErrors: 1 }))['error'], null);
  assert.deepEqual(await rows(quick), [['1', 'abc']]);
  assert.equal((await run(place, long, { ...more, loosenTypes: true }))['error'], null);
  const types = `select format_type(atttypid, atttypmod) from pg_attribute where attrelid = 'loads.rows'::regclass and attname = 'v'`;
  assert.deepEqual(await quick.server.sql(quick.shopUrl, types), [['character varying(64)']]);
});

test('2.3 a whole table is copied in slices of so many rows', async () => {
  const place = await clientOf(quick);
  const { client, at } = place;
  const make = `create schema sliced; create table sliced.t as select i as id, repeat('x', 500) as v from generate_series(1, 5000) i; analyze sliced.t`;
  await quick.server.sql(quick.shopUrl, make);
  const made = await client.call('POST', 'imports', {
    name: 's',
    syncType: 'Dbsync',
    isOutbound: false,
    source: at,
    destination: at,
  });
  await client.call('POST', `imports/${String(made['id'])}/syncs`, {
    source: { path: 'sliced.t' },
    destination: { path: 'sliced.u' },
    advanced_options: { row_chunk_size: 700, wipe_destination_table: true, verify_table_row_counts: true },
  });
  const { runId } = await client.call('POST', `imports/${String(made['id'])}/runs`);
  const ran = await client.poll(`jobs/${String(made['id'])}/runs/${String(runId)}`);
  assert.equal(ran['error'], null);
  const sum = (table: string): string => `select count(*), sum(id), count(distinct id) from sliced.${table}`;
  assert.deepEqual(await quick.server.sql(quick.shopUrl, sum('u')), await quick.server.sql(quick.shopUrl, sum('t')));
});
