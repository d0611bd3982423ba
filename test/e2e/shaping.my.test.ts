/** The shape of a flow from MariaDB: what the source does of it, and what is left to whoever judges or loads the values. */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { after, test } from 'node:test';
import { startMariadb } from '../support/mariadb.ts';
import { failureOf, receiptOf } from '../support/receipts.ts';
import { openFolder } from '../support/site.ts';

const site = openFolder();
const server = await startMariadb();
after(async () => {
  await server.stop();
  await site[Symbol.asyncDispose]();
});
const source = await server.database();
await server.sql(
  source,
  `create table t (id int primary key, v varchar(20), n decimal(10,2), secret varchar(20));
   insert into t values (1, '10', 1.00, 'a'), (2, '20', 2.00, 'say "x"'), (3, 'bad', 3.50, null)`,
);

async function rowsOf(url: string): Promise<readonly unknown[]> {
  const { json } = await site.run(['query', 'select * from t order by all', '--in', url]);
  return json.filter(({ type }) => type === 'row').map(({ values }) => values);
}

const places = { duckdb: (name: string) => `duckdb:${site.path(`${name}.duckdb`)}`, mysql: async () => await server.database() };
const cases: readonly { readonly name: string; readonly options: readonly string[]; readonly rows: readonly unknown[] }[] = [
  {
    name: 'cast',
    options: ['--where', 'id < 3', '--select', 'v,id', '--cast', 'v=integer'],
    rows: [
      ['10', '1'],
      ['20', '2'],
    ],
  },
  {
    name: 'rejects',
    options: ['--select', 'v,id', '--cast', 'v=integer', '--max-rejects', '1'],
    rows: [
      ['10', '1'],
      ['20', '2'],
    ],
  },
  {
    name: 'renamed',
    options: ['--select', 'id,n', '--rename', 'n=number', '--cast', 'n=integer', '--max-rejects', '1'],
    rows: [
      ['1', '1'],
      ['2', '2'],
    ],
  },
  {
    name: 'masked',
    options: ['--select', 'id,secret', '--rename', 'secret=digest', '--mask', 'secret=hash', '--where', "v like '%0'"],
    rows: [
      ['1', hash('sha256', 'a')],
      ['2', hash('sha256', 'say "x"')],
    ],
  },
];

for (const { name, options, rows } of cases) {
  for (const [system, place] of Object.entries(places)) {
    test(`${name}, into ${system}`, async () => {
      const target = await place(name);
      const result = await site.run(['sync', source, target, '--stream', 't', ...options]);
      const rejected = options.includes('--max-rejects') ? 1 : 0;
      const receipt = receiptOf(result, rejected === 1 ? 3 : 0);
      assert.deepEqual([receipt.written, receipt.rejected], [2, rejected]);
      const found = system === 'mysql' ? await server.sql(target, 'select * from t order by 1') : await rowsOf(target);
      assert.deepEqual(found, rows);
    });
  }
}

test('a value that a cast does not take stops the run, wherever the cast is done', async () => {
  for (const place of Object.values(places)) {
    const failure = failureOf(await site.run(['sync', source, await place('bad'), '--stream', 't', '--cast', 'v=integer']));
    assert.equal(failure.code, 'value.invalid', failure.message);
  }
});
