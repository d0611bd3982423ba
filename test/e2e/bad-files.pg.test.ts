/** Files and values that cannot work: one clear message, the destination as it was; or rejects, where they are allowed. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { fails, playFailures, type Failing } from '../support/failing.ts';
import { receiptOf } from '../support/receipts.ts';
import { openSite } from '../support/site.ts';

const site = await openSite();
const { server } = site;
after(() => site[Symbol.asyncDispose]());

/** In every row that a message could quote. */
const value = 'Zaphod-Beeblebrox';
const source = await server.database('shop');
await server.sql(
  source,
  `create table orders (id bigint primary key, customer text, total numeric(12,2));
   insert into orders select i, '${value}', i from generate_series(1, 20) i;
   create table wide (id int primary key, note text, amount numeric);
   insert into wide values (1, '${value}', 1234567890.5);
   create view poison as select id, 10 / (id - 7) as share, '${value}' as note from orders`,
);
const pg = await server.database('target');
await server.sql(
  pg,
  `create table narrow (id int primary key, note varchar(5), amount numeric(4,2));
   create table demanding (id int primary key, note text, must text not null);
   create table strict (id bigint primary key, customer text, total numeric not null check (total < 10));
   create table rows (id smallint, day date, amount numeric(6,2));
   insert into rows values (1, '2026-01-01', 1);
   create view looked_at as select 1::bigint as id, ''::text as note`,
);
const duck = `duckdb:${site.path('target.duckdb')}`;
const good = site.file('good.csv', `id,note\n1,${value}\n`);
site.file('quote.csv', `id,note\n1,"${value}\n2,b\n`);
site.file('ragged.csv', `id,note\n1,"${value}\n"\n2,b,c,d\n`);
site.file('empty.csv', '');
site.file('gzip.csv', gzipSync(`id,note\n1,${value}\n`).subarray(0, 20));
site.file('text.parquet', `id,note\n1,${value}\n`);
site.file('text.ndjson', `id,note\n1,${value}\n`);
site.file('broken.csv', Buffer.from(`id,note\n1,${value} \xe9\n2,\xc3\xa9\n`, 'latin1'));
site.file('nul.csv', `id,note\n1,${value}\0\n`);
site.file('returns.csv', `id,note\r1,${value}\r2,b\n`);
site.file('overflow.csv', 'id,day,amount\n2,2026-01-02,3.50\n70000,2026-01-03,1\n');
site.file('date.csv', 'id,day,amount\n2,2026-02-30,3.50\n');
mkdirSync(site.path('folder.csv'));
receiptOf(await site.run(['sync', good, site.path('good.parquet')]));
copyFileSync(site.path('good.parquet'), site.path('parquet.csv'));
receiptOf(await site.run(['sync', good, duck, '--into', 'present']));

const sync = (...args: string[]): readonly string[] => ['sync', ...args];
const shop = (stream: string, to: string, ...more: string[]): readonly string[] => sync(source, to, '--stream', stream, ...more);

const kinds = [
  ['postgres', pg],
  ['duckdb', duck],
  ['a file', site.path('never.ndjson')],
] as const;
type Bad = readonly [name: string, what: string, code: Failing['code'], says: RegExp, hint: RegExp];
const badFiles: readonly Bad[] = [
  ['parquet.csv', 'Parquet named .csv', 'file.format', /parquet/i, /./],
  ['gzip.csv', 'gzip cut short', 'file.truncated', /gzip\.csv/, /./],
  ['text.parquet', 'csv named .parquet', 'file.format', /text\.parquet/, /--format|name says/],
  ['quote.csv', 'a quote that never ends', 'file.format', /quote\.csv.*line 2 is never closed/, /quote=/],
  ['ragged.csv', 'records of several lengths', 'file.format', /ragged\.csv.*line 4|line 4 of ragged\.csv/, /./],
];

const intoEach = (bad: readonly Bad[], settings = ''): readonly Failing[] =>
  bad.flatMap(([name, what, code, says, hint]) =>
    kinds.map(([kind, to]): Failing => {
      const into = kind === 'a file' ? [] : ['--into', 'never'];
      return fails(`${what} into ${kind}`, sync(`${site.path(name)}${settings}`, to, ...into), code, says, hint);
    }),
  );

/** What is wrong with a file that nobody looks at first, because its location says everything. */
const given = '?encoding=utf-8&delimiter=,&header=true&infer=false';
const wrongWords: readonly Bad[] = [
  ['quote.csv', 'an open quote met on the way', 'file.truncated', /quote\.csv.*closed/, /./],
  ['ragged.csv', 'records of several lengths met on the way', 'file.format', /./, /./],
  ['returns.csv', 'a carriage return met on the way', 'file.format', /returns\.csv.*carriage return/, /delimiter=/],
  ['nul.csv', 'a zero byte met on the way', 'file.format', /nul\.csv.*zero byte/, /delimiter=/],
  ['broken.csv', 'bytes that are no UTF-8, in a file said to be', 'file.format', /broken\.csv as utf-8/, /encoding=/],
];

const otherFiles: readonly Failing[] = [
  fails('csv named .ndjson', sync(site.path('text.ndjson'), duck), 'file.format', /text\.ndjson/, /--format|name says/),
  fails('a file that is not there', sync(site.path('none.csv'), duck), 'file.missing', /none\.csv/, /path/),
  fails('a folder', sync(site.path('folder.csv'), duck), 'file.format', /folder/, /./),
  fails('an empty file', sync(site.path('empty.csv'), duck), 'file.format', /empty/, /./),
  fails('bytes that are no UTF-8', sync(site.path('broken.csv'), duck), 'file.format', /UTF-8/i, /encoding=/),
  fails('a zero byte in a value', sync(site.path('nul.csv'), pg), 'value.invalid', /note/, /--max-rejects/),
];

const values: readonly Failing[] = [
  fails(
    'a number that is too large for its column',
    sync(site.path('overflow.csv'), pg, '--into', 'rows', '--mode', 'append'),
    'value.invalid',
    /column id/,
    /--max-rejects/,
  ),
  fails(
    'a date that does not exist',
    sync(site.path('date.csv'), pg, '--into', 'rows', '--mode', 'append'),
    'value.invalid',
    /column day/,
    /--max-rejects/,
  ),
  fails(
    'more rejects than allowed',
    sync(site.path('overflow.csv'), pg, '--into', 'rows', '--mode', 'append', '--max-rejects', '10%'),
    'rejects.limit',
    /1 row is refused \(50\.0 %\), 10 % may be/,
    /--max-rejects/,
  ),
  fails(
    'a column that is too narrow',
    shop('wide', pg, '--into', 'narrow', '--mode', 'append', '--select', 'id,note'),
    'value.invalid',
    /narrow/,
    /./,
  ),
  fails(
    'a decimal that is too narrow',
    shop('wide', pg, '--into', 'narrow', '--mode', 'append', '--select', 'id,amount', '--on-schema-change', 'freeze'),
    'schema.incompatible',
    /amount/,
    /--cast/,
  ),
  fails(
    'a column that must have a value',
    shop('wide', pg, '--into', 'demanding', '--mode', 'append', '--select', 'id,note'),
    'schema.incompatible',
    /demanding.*must/,
    /./,
  ),
  fails(
    'a row that a check refuses',
    shop('orders', pg, '--into', 'strict', '--mode', 'append', '--select', 'id,customer,total'),
    'value.invalid',
    /strict.*check/,
    /./,
  ),
  fails(
    'a table that is a view',
    sync(good, pg, '--into', 'looked_at', '--mode', 'append'),
    'schema.incompatible',
    /looked_at/,
    /./,
  ),
  fails('a source that fails in the middle', shop('poison', pg), 'value.invalid', /poison/, /./),
  fails(
    'a table that must not be there',
    sync(good, duck, '--into', 'present', '--existing', 'fail'),
    'schema.exists',
    /present/,
    /--into/,
  ),
];

/** Every table of the destination, and what is in it. */
const state = `select (select string_agg(relname, ',' order by relname) from pg_class where relnamespace = 'public'::regnamespace),
  (select json_agg(r)::text from rows r), (select count(*) from narrow), (select count(*) from demanding), (select count(*) from strict)`;
const before = await server.sql(pg, state);

playFailures(site, 'files', [...intoEach(badFiles), ...intoEach(wrongWords, given), ...otherFiles], [value]);
playFailures(site, 'values', values, [value, '70000', '2026-02-30', '1234567890']);

test('nothing of all that is to be seen at the destinations', async () => {
  assert.deepEqual(await server.sql(pg, state), before);
  const stages = await server.sql(
    pg,
    "select '_headgate.' || relname from pg_class where relname like 'stage%' and relkind = 'r'",
  );
  for (const [stage] of stages) assert.deepEqual(await server.sql(pg, `select count(*) from ${stage}`), [['0']]);
  const tables = "select table_name from information_schema.tables where table_schema = 'main'";
  assert.deepEqual(await site.rows(duck, tables), [['present']]);
  assert.deepEqual(await site.rows(duck, 'select count(*) from present'), [['1']]);
});

for (const kind of ['postgres', 'duckdb', 'file'] as const) {
  test(`rows that do not fit are set aside where that is allowed, into ${kind}`, async () => {
    const bad = `id,day,amount\n2,2026-01-02,3.50\n70000,2026-01-03,1\n3,2026-02-30,1\n4,2026-01-04,1.005\n5,2026-01-05\n6,2026-01-06,6\n`;
    const [from, rejects] = [site.file('mixed.csv', bad), site.path(`${kind}-rejects.csv`)];
    const to = { postgres: await server.database(), duckdb: `duckdb:${site.path('rejects.duckdb')}`, file: site.path('fit.csv') }[
      kind
    ];
    const casts = ['--cast', 'id=smallint', '--cast', 'day=date', '--cast', 'amount=decimal(6,2)'];
    const result = await site.run(['sync', from, to, '--into', 'fit', ...casts, '--max-rejects', '5', '--rejects', rejects]);
    const receipt = receiptOf(result, 3);
    assert.deepEqual([receipt.read, receipt.added, receipt.rejected], [6, 2, 4]);
    const lines = readFileSync(rejects, 'utf8').trim().split('\n');
    assert.equal(lines[0], 'line,row,field,code,reason,value');
    assert.equal(lines.length, 5);
    for (const [raw, field] of [
      ['70000', 'id'],
      ['2026-02-30', 'day'],
      ['1.005', 'amount'],
    ]) {
      assert.match(lines.join('\n'), new RegExp(`^\\d+,\\d+,${field},value\\.invalid,.*,${raw}$`, 'm'));
    }
    assert.match(lines.join('\n'), /^6,.*file\.format.*"5,2026-01-05"$/m);
    if (kind === 'file') assert.match(readFileSync(to, 'utf8'), /^id,day,amount\n2,2026-01-02,3\.50?\n6,2026-01-06,6/);
    else
      assert.deepEqual(await site.rows(to, 'select id, day from fit order by id'), [
        ['2', '2026-01-02'],
        ['6', '2026-01-06'],
      ]);
  });
}
