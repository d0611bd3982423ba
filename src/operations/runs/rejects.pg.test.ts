/** Refused rows: kept whole, read, downloaded, corrected and brought in, without moving a position. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openDesk, settingsOf, type Body } from '../../../test/support/desk.ts';
import { startPostgres } from '../../../test/support/postgres.ts';

const server = await startPostgres();
const desk = await openDesk(server);
after(async () => {
  await desk[Symbol.asyncDispose]();
  await server.stop();
});
const shop = await server.database('shop');
const folder = join(desk.state.ports.dataDir, 'files', '1');
await mkdir(folder, { recursive: true });
await desk.ask('POST', '/connections', { name: 'shop', slug: 'shop', connector: 'postgres', settings: settingsOf(shop) });

const people = {
  fields: [
    { name: 'id', type: 'integer', rules: ['required'] },
    { name: 'name', from: ['Full name'], rules: ['required'] },
    { name: 'born', type: 'date' },
  ],
};
await desk.ask('POST', '/schemas', { name: 'People', slug: 'people', definition: people });

async function csvPipeline(slug: string, csv: string, flow: object): Promise<void> {
  await writeFile(join(folder, `${slug}.csv`), csv);
  const settings = { path: `${slug}.csv`, format: 'csv' };
  await desk.ask('POST', '/connections', { name: slug, slug: `${slug}-file`, connector: 'file', settings });
  const flows = [{ stream: slug, max_rejects: '10', ...flow }];
  await desk.ask('POST', '/pipelines', { name: slug, slug, source: `${slug}-file`, destination: 'shop', flows });
}
const table = async (sql: string): Promise<readonly unknown[]> => await server.sql(shop, sql);
const data = (body: Body): readonly Body[] => body['data'] as readonly Body[];

const broken = 'id,Full name,born\n1,"Ann, A.",1990-01-01\nx,Bob,1991-02-30\n3,,1992-03-03\n4,Dora,1993-04-04\n';

test('refused rows are told field by field, with the whole row, in pages and as files', async () => {
  await csvPipeline('people', broken, { schema: 'people', write: 'merge', key: ['id'] });
  const run = await desk.run('/pipelines/people/trigger');
  assert.deepEqual(
    [run['state'], run['outcome'], run['rows_written'], run['rows_rejected']],
    ['succeeded', 'with_rejects', 2, 2],
  );
  const at = `/runs/${String(run['id'])}`;
  const first = await desk.ask('GET', `${at}/rejects?limit=2`);
  const second = await desk.ask('GET', `${at}/rejects?limit=2&cursor=${String(first['next_cursor'])}`);
  const all = [...data(first), ...data(second)];
  assert.deepEqual(
    all.map(({ row, field, code, value }) => [row, field, code, value]),
    [
      [2, 'id', 'value.invalid', 'x'],
      [2, 'born', 'value.invalid', '1991-02-30'],
      [3, 'name', 'rule.required', null],
    ],
  );
  assert.deepEqual(all[0]?.['record'], { id: 'x', 'Full name': 'Bob', born: '1991-02-30' });
  assert.deepEqual(data(await desk.ask('GET', `${at}/rejects?table=other`)), []);
  const reasons = await (await desk.send('GET', `${at}/rejects.csv`)).text();
  assert.deepEqual(reasons.split('\n').slice(0, 2), [
    'stream,table,file,line,row,field,code,reason,value',
    'people,people,,3,2,id,value.invalid,not a integer,x',
  ]);
  const rows = await (await desk.send('GET', `${at}/rejects.csv?form=rows`)).text();
  assert.equal(rows, 'id,Full name,born\nx,Bob,1991-02-30\n3,,1992-03-03\n');
  assert.equal(await desk.refusal('GET', `${at}/rejects.csv?form=odd`), 'request.invalid');

  // Corrected in a spreadsheet, one of them badly.
  const csv = rows.replace('x,Bob,1991-02-30', '2,Bob,1991-02-28');
  const replay = await desk.run(`${at}/replay`, { csv });
  assert.deepEqual(
    [replay['cause'], replay['outcome'], replay['rows_written'], replay['rows_rejected']],
    ['replay', 'with_rejects', 1, 1],
    JSON.stringify(replay),
  );
  const again = await desk.run(`/runs/${String(replay['id'])}/replay`, {
    rows: [{ id: 3, 'Full name': 'Cleo', born: '1992-03-03' }],
  });
  assert.deepEqual([again['state'], again['outcome']], ['succeeded', 'changed'], JSON.stringify(again));
  assert.deepEqual(await table('select id, name from people order by id'), [
    ['1', 'Ann, A.'],
    ['2', 'Bob'],
    ['3', 'Cleo'],
    ['4', 'Dora'],
  ]);
});

test('a run that stops at its first bad row says all of them, and what was wrong is not replayed by accident', async () => {
  await csvPipeline('strict', broken, { schema: 'people', write: 'replace', max_rejects: '0' });
  const run = await desk.run('/pipelines/strict/trigger');
  assert.equal(run['state'], 'failed');
  assert.equal(data(await desk.ask('GET', `/runs/${String(run['id'])}/rejects`)).length, 3);
  assert.equal(await desk.refusal('POST', `/runs/${String(run['id'])}/replay`, {}), 'request.invalid');
  assert.equal(await desk.refusal('POST', `/runs/${String(run['id'])}/replay`, { rows: [{ id: 2 ** 60 }] }), 'request.invalid');
  assert.equal(await desk.refusal('POST', `/runs/${String(run['id'])}/replay`, { csv: 'a\n', table: 'no' }), 'object.missing');
});

test('a replay into a table that is replaced adds its rows, names no new columns, and masks what the flow masks', async () => {
  await csvPipeline('masked', 'id,secret\n1,a\nx,b\n', { cast: { id: 'integer' }, mask: { secret: 'hash' }, write: 'replace' });
  const run = await desk.run('/pipelines/masked/trigger');
  const at = `/runs/${String(run['id'])}`;
  assert.deepEqual(data(await desk.ask('GET', `${at}/rejects`))[0]?.['record'], { id: 'x' });
  const odd = await desk.run(`${at}/replay`, { rows: [{ id: 2, secret: 'b', remark: 'mine' }] });
  assert.equal(odd['state'], 'failed');
  const replay = await desk.run(`${at}/replay`, { rows: [{ id: 2, secret: 'b' }] });
  assert.equal(replay['state'], 'succeeded', JSON.stringify(replay));
  assert.deepEqual(await table("select id, secret = encode(sha256('b'), 'hex') from masked order by id"), [
    ['1', 'f'],
    ['2', 't'],
  ]);
});

test('an incremental flow continues where it was, whatever was replayed', async () => {
  await table(
    'create table events (id bigint primary key, body text); insert into events select i, $$b$$ from generate_series(1, 30) i',
  );
  await table("update events set body = 'bad' where id = 7");
  const flow = { stream: 'public.events', into: 'events_copy', read: 'incremental', cursor: 'id', write: 'append' };
  const definition = {
    fields: [
      { name: 'id', type: 'bigint' },
      { name: 'body', rules: [{ rule: 'length', max: 2 }] },
    ],
  };
  await desk.ask('POST', '/schemas', { name: 'events', slug: 'events', definition });
  await desk.ask('POST', '/pipelines', {
    name: 'events',
    slug: 'events',
    source: 'shop',
    destination: 'shop',
    flows: [{ ...flow, schema: 'events@1', max_rejects: '10' }],
  });
  const run = await desk.run('/pipelines/events/trigger');
  assert.deepEqual([run['rows_written'], run['rows_rejected']], [29, 1], JSON.stringify(run));
  const replay = await desk.run(`/runs/${String(run['id'])}/replay`, { rows: [{ id: '7', body: 'ok' }] });
  assert.equal(replay['rows_written'], 1, JSON.stringify(replay));
  await table("insert into events values (31, 'b')");
  const next = await desk.run('/pipelines/events/trigger');
  assert.deepEqual([next['rows_written'], next['outcome']], [1, 'changed'], JSON.stringify(next));
  assert.deepEqual(await table('select count(*), count(distinct id) from events_copy'), [['31', '31']]);
});
