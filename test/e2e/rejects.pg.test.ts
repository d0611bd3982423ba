/** Refused rows of more than one stream, file or reader: each is kept, and counted together with the others of its stream. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { runInProcess } from '../support/engine.ts';
import { receiptOf, receiptsOf } from '../support/receipts.ts';
import { openSite } from '../support/site.ts';

const site = await openSite();
const { server } = site;
after(() => site[Symbol.asyncDispose]());

test('several streams of one command have a file each, so that none takes the place of another', async () => {
  const [source, target] = [await server.database(), await server.database()];
  await server.sql(
    source,
    `create table a (id int primary key, v text); insert into a values (1, '10'), (2, 'ten');
     create table b (id int primary key, v text); insert into b values (1, 'one'), (2, '20'), (3, '30');
     create table "c/d" (id int primary key, v text); insert into "c/d" values (1, 'none'), (2, '20');
     create table e (id int primary key, v text); insert into e values (1, '1')`,
  );
  mkdirSync(site.path('kept'));
  const rejects = ['--cast', 'v=integer', '--max-rejects', '1', '--rejects', site.path('kept/bad.csv')];
  const result = await site.run(['sync', source, target, '--stream', 'public.*', ...rejects]);
  assert.deepEqual(
    receiptsOf(result)
      .map(({ stream, written, rejected }) => [stream, written, rejected])
      .toSorted(),
    [
      ['public.a', 1, 1],
      ['public.b', 2, 1],
      ['public.c/d', 1, 1],
      ['public.e', 1, 0],
    ],
  );
  const head = 'line,row,field,code,reason,value\n';
  assert.deepEqual(
    readdirSync(site.path('kept')).map((name) => [name, readFileSync(site.path(`kept/${name}`), 'utf8')]),
    [
      ['bad.a.csv', `${head},2,v,value.invalid,not a integer,ten\n`],
      ['bad.b.csv', `${head},1,v,value.invalid,not a integer,one\n`],
      ['bad.c%2Fd.csv', `${head},1,v,value.invalid,not a integer,none\n`],
    ],
  );
});

test('unique looks over all files of a stream: each row of a group is refused, wherever it stands', async () => {
  mkdirSync(site.path('days'));
  site.file('days/1.csv', 'id,note\n1,first\n2,second\n7,seventh\n');
  site.file('days/2.csv', 'id,note\n3,third\n1,first again\n');
  site.file('days/3.csv', 'id,note\n4,fourth\n1,first once more\n7,seventh again\n');
  const schema = site.file(
    'days.json',
    JSON.stringify({ fields: [{ name: 'id', type: 'integer', rules: ['unique'] }, { name: 'note' }] }),
  );
  const [bad, target] = [site.path('twice.csv'), `duckdb:${site.path('days.duckdb')}`];
  const limits = ['--max-rejects', '5', '--rejects', bad];
  const result = await site.run(['sync', site.path('days/*.csv'), target, '--into', 'days', '--schema', schema, ...limits]);
  const { written, rejected } = receiptOf(result, 3);
  assert.deepEqual([written, rejected], [3, 5]);
  const lines = readFileSync(bad, 'utf8').trim().split('\n').slice(1);
  assert.deepEqual(lines.map((line) => line.split(',').filter((_, at) => at === 0 || at > 2)).toSorted(), [
    ['1.csv', 'id', 'rule.unique', 'not unique', '1'],
    ['1.csv', 'id', 'rule.unique', 'not unique', '7'],
    ['2.csv', 'id', 'rule.unique', 'not unique', '1'],
    ['3.csv', 'id', 'rule.unique', 'not unique', '1'],
    ['3.csv', 'id', 'rule.unique', 'not unique', '7'],
  ]);
  assert.deepEqual(await site.rows(target, 'select id from days order by id'), [['2'], ['3'], ['4']]);
});

test('the limit counts the whole stream, also where it would be read by several readers', async () => {
  const [source, target] = [await server.database(), await server.database()];
  // Large enough to be read in parts, a bad row at both ends and in the middle.
  await server.sql(
    source,
    `create table large (id int primary key, v text, filler text) with (fillfactor = 10);
     insert into large select i, case when i in (1, 6000, 12000) then 'none' else i::text end, repeat('x', 450) from generate_series(1, 12000) i;
     analyze large`,
  );
  const run = async (limit: string) =>
    await runInProcess({
      source,
      destination: target,
      stream: 'large',
      options: { mode: 'replace', cast: ['v=integer'], select: ['id,v'], 'max-rejects': limit, rejects: site.path('large.csv') },
      stateDir: site.stateDir,
      parallel: 4,
      partitionBytes: 1,
    });
  const stopped = await run('2');
  assert.deepEqual([stopped.error?.code, stopped.written], ['rejects.limit', 0]);
  const done = await run('3');
  assert.deepEqual([done.state, done.written, done.rejected], ['succeeded', 11_997, 3]);
  assert.equal(readFileSync(site.path('large.csv'), 'utf8').trim().split('\n').length, 4);
});
