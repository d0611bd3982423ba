/** 5.6 of the contract: which import is which, by the calls that no trace of a client makes. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { open, StandIn, type Fields } from './harness.ts';

const bench = await open();
after(async () => await bench.close());
const client = new StandIn(bench);
const at = await client.shop();
const rows = async (sql: string): Promise<unknown> => await bench.server.sql(bench.shopUrl, sql);

test('a batch begins by itself, into a table that is there', async () => {
  await rows('create schema kinds; create table kinds.batch (id int, v text)');
  const file_ids = [await client.upload(gzipSync('1,a\n2,b\n'), 'a.csv.gz'), await client.upload(gzipSync('3,\n'), 'b.csv.gz')];
  const wanted = { file_ids, schema: 'kinds', table: 'batch', remote_host_id: at.remoteHostId, credential_id: at.credentialId };
  const made = await client.call('POST', 'imports/batches', wanted);
  assert.equal(made['state'], 'queued');
  assert.equal((await client.poll(`imports/batches/${String(made['id'])}`))['error'], null);
  assert.deepEqual(await rows('select id, v from kinds.batch order by id'), [
    ['1', 'a'],
    ['2', 'b'],
    ['3', null],
  ]);
  const absent = await client.call('POST', 'imports/batches', { ...wanted, table: 'absent' });
  assert.match(String((await client.poll(`imports/batches/${String(absent['id'])}`))['error']), /table/);
  const listed = await client.list('imports/batches?order=created_at');
  assert.deepEqual(
    listed.map(({ id }) => id),
    [absent['id'], made['id']],
  );
  assert.equal((await client.call('GET', `imports/${String(made['id'])}`))['syncType'], 'AutoImport');
});

test('a file import by a form; one that was not sent fails, and says so', async () => {
  const wanted = { schema: 'kinds', name: 'sent', ...at, multipart: true };
  const made = await client.call('POST', 'imports/files', wanted);
  const runs = new URL(String(made['runUri'])).pathname.replace('/civis/', '');
  const early = await client.ask('POST', runs);
  const told =
    early.status < 300 ? String((await client.poll(`${runs}/${String(JSON.parse(early.text).id)}`))['error']) : early.text;
  assert.match(told, /content|sent|pending|upload/);
  await client.post(String(made['uploadUri']), made['uploadFields'] as object, 'id,name\n1,Ann\n2,Bo\n');
  const run = await client.call('POST', runs);
  assert.equal((await client.poll(`${runs}/${String(run['id'])}`))['error'], null);
  assert.deepEqual(await rows('select id, name from kinds.sent order by id'), [
    ['1', 'Ann'],
    ['2', 'Bo'],
  ]);
  const inputs = await client.call('GET', `${runs}/${String(run['id'])}/inputs`);
  assert.equal(inputs['syncType'], 'AutoImport');
});

test('4.4 a file by an AutoImport: found out, with other names and types where they are given', async () => {
  const made = await client.call('POST', 'imports', {
    name: 'by file',
    syncType: 'AutoImport',
    isOutbound: false,
    destination: at,
    hidden: true,
  });
  const sync = await client.call('POST', `imports/${String(made['id'])}/syncs`, {
    source: { file: { id: await client.upload('id|zip\n1|01234\n', 'zips.csv') } },
    destination: { database_table: { schema: 'kinds', table: 'zips' } },
    advanced_options: {
      existing_table_rows: 'drop',
      firstRowIsHeader: true,
      columnOverrides: { 0: { name: 'key', type: 'BIGINT' } },
    },
  });
  assert.equal((sync['source'] as Fields)['path'], 'zips.csv');
  const run = await client.call('POST', `jobs/${String(made['id'])}/runs`);
  assert.equal((await client.poll(`jobs/${String(made['id'])}/runs/${String(run['id'])}`))['error'], null);
  assert.deepEqual(await rows('select key, zip from kinds.zips'), [['1', '01234']]);
});

test('an import without syncs fails', async () => {
  const made = await client.call('POST', 'imports', {
    name: 'none',
    syncType: 'Dbsync',
    isOutbound: false,
    source: at,
    destination: at,
  });
  const { runId } = await client.call('POST', `imports/${String(made['id'])}/runs`);
  const run = await client.poll(`jobs/${String(made['id'])}/runs/${String(runId)}`);
  assert.deepEqual([run['state'], typeof run['error']], ['failed', 'string']);
});
