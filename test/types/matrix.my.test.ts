/** Edge values of MySQL's types to each place and back: the text at the end is the text at the start, or a stated refusal. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, suite, test } from 'node:test';
import type { Receipt } from '../../src/domain/receipt.ts';
import { startMariadb } from '../support/mariadb.ts';
import { failureOf, receiptOf } from '../support/receipts.ts';
import { openSite } from '../support/site.ts';
import { places, type Place } from './matrix.ts';
import { mysqlCells, type MysqlCell } from './mysql-cells.ts';
import { sync } from './trip.ts';

const site = await openSite();
// Neither the server's zone nor that of the process may show in a value.
const mariadb = await startMariadb({ settings: { 'default-time-zone': '-05:00' } });
after(async () => {
  await mariadb.stop();
  await site[Symbol.asyncDispose]();
});

/** Everything goes: zero dates, and a text that is too long for nothing. */
const anything = `set sql_mode = 'NO_BACKSLASH_ESCAPES', time_zone = '+00:00', names utf8mb4`.replace(', names', '; set names');
const create = ({ name, type }: MysqlCell): string => `create table ${name} (id int primary key, v ${type})`;
const insert = ({ name, values }: MysqlCell): string =>
  `insert into ${name} values ${[...values, 'null'].map((value, id) => `(${id}, ${value})`).join(', ')}`;

const source = await mariadb.database('source');
await mariadb.sql(source, [anything, ...mysqlCells.flatMap((cell) => [create(cell), insert(cell)])].join(';\n'));

const shownIn = (url: string, { name, shown = 'cast(v as char)' }: MysqlCell): Promise<(string | null)[][]> =>
  mariadb.sql(url, `set time_zone = '+00:00'; select id, ${shown} from ${name} order by id`);

type Receipts = ReadonlyMap<string, Receipt>;

/** Every table to the place; then back, from files into a database with the original types, else with the types that we make. */
async function roundTrip(place: Place): Promise<{ readonly out: Receipts; readonly backs: Receipts; readonly url: string }> {
  const url = await mariadb.database(`back_${place}`);
  const streams = ['--stream', 'm_*'];
  if (place === 'mysql') return { out: await sync(site, source, url, ...streams), backs: new Map(), url };
  if (place === 'postgres' || place === 'duckdb') {
    const between = place === 'postgres' ? await site.server.database() : `duckdb:${site.path('types.duckdb')}`;
    const out = await sync(site, source, between, ...streams);
    return { out, backs: await sync(site, between, url, ...streams), url };
  }
  await mariadb.sql(url, [anything, ...mysqlCells.map(create)].join(';\n'));
  const out = await sync(site, source, site.path(`{stream}.${place}`), ...streams);
  const backs = new Map<string, Receipt>();
  for (const { name } of mysqlCells) {
    if (out.get(name)?.state !== 'succeeded') continue;
    const back = await sync(site, site.path(`${name}.${place}`), url, '--into', name, '--mode', 'append');
    for (const receipt of back.values()) backs.set(name, receipt);
  }
  return { out, backs, url };
}

for (const place of places) {
  suite(place, async () => {
    const { out, url, backs } = await roundTrip(place);
    for (const cell of mysqlCells) {
      test(cell.name, async () => {
        const error = out.get(cell.name)?.error ?? backs.get(cell.name)?.error;
        assert.equal(error?.code, cell.refused?.[place], error?.message);
        if (error) return;
        const other = cell.becomes?.[place]?.map((text, id) => [String(id), text]);
        const expected = other ? [...other, [String(other.length), null]] : await shownIn(source, cell);
        assert.deepEqual(await shownIn(url, cell), expected);
      });
    }
  });
}

test('days that do not exist become rejects with a reason where they cannot be kept, and never NULL', async () => {
  const url = await mariadb.database();
  await mariadb.sql(
    url,
    `${anything}; create table t (id int primary key, d date);
     insert into t values (1, '2024-02-29'), (2, '0000-00-00'), (3, '2024-00-15'), (4, null)`,
  );
  for (const [place, to] of [
    ['postgres', await site.server.database()],
    ['duckdb', `duckdb:${site.path('rejects.duckdb')}`],
  ] as const) {
    const rejects = site.path(`rejects-${place}.csv`);
    const flow = ['sync', url, to, '--stream', 't', '--max-rejects', '5', '--rejects', rejects];
    const { read, written, rejected } = receiptOf(await site.run(flow), 3);
    assert.deepEqual({ read, written, rejected }, { read: 4, written: 2, rejected: 2 }, place);
    const lines = readFileSync(rejects, 'utf8').trimEnd().split('\n').slice(1);
    assert.equal(lines.length, 2, place);
    for (const [index, value] of ['0000-00-00', '2024-00-15'].entries()) {
      assert.match(lines[index] ?? '', new RegExp(`\\bd\\b.*\\bvalue\\.invalid\\b.*${value}`), place);
    }
    assert.deepEqual(await site.rows(to, 'select id, d from t order by id'), [
      ['1', '2024-02-29'],
      ['4', null],
    ]);
  }
});

test('NUL inside JSON text is kept as json and refused by a column of jsonb', async () => {
  const url = await mariadb.database();
  const to = await site.server.database();
  const text = String.raw`{"a": "b\u0000c"}`;
  await mariadb.sql(url, `${anything}; create table t (id int primary key, j json); insert into t values (1, '${text}')`);
  await site.server.sql(to, 'create table b (id int, j jsonb); create table p (id int, j json)');
  const flow = (into: string) => site.run(['sync', url, to, '--stream', 't', '--into', into, '--mode', 'append']);
  receiptOf(await flow('p'));
  assert.deepEqual(await site.rows(to, 'select j from p'), [[text]]);
  const failure = failureOf(await flow('b'));
  assert.deepEqual([failure.code, /\bj\b/.test(failure.message)], ['value.invalid', true], failure.message);
  assert.deepEqual(await site.rows(to, 'select count(*) from b'), [['0']]);
});
