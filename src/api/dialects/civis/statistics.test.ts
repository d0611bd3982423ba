import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statisticsOf, statisticsSql } from './statistics.ts';

const place = { schema: 'a', name: 'b"c' };
const columns = [
  { name: 'n', type: 'integer' },
  { name: 'flag', type: 'boolean' },
];

test('one question about all columns, where names are quoted as in it', () => {
  const sql = statisticsSql({ type: 'RemoteHostTypes::Postgres' }, place, columns);
  assert.match(sql, /^select cast\(count\(\*\) as text\) as s0, .*min\("n"\).* from "a"\."b""c"$/);
  assert.doesNotMatch(sql, /min\("flag"\)/);
  for (const type of ['RemoteHostTypes::Mysql', 'RemoteHostTypes::S3Storage', 'RemoteHostTypes::JDBC', 'nothing'])
    assert.equal(statisticsSql({ type }, place, columns), 'select 1 as answers', type);
  assert.equal(statisticsSql({ type: 'RemoteHostTypes::DuckDb' }, place, []), 'select 1 as answers');
});

test('an answer is read by column; that of another question is none', () => {
  const row = ['3', '2', '2', '1', '9', '5', '4', '3', '2', null, null, null, null];
  const found = statisticsOf({ rows: [row] }, ['n', 'flag']);
  assert.deepEqual(found?.get('n'), { rows: 3, values: 2, distinct: 2, least: '1', greatest: '9', average: 5, deviation: 4 });
  assert.equal(found.get('flag')?.least, null);
  assert.equal(statisticsOf({ rows: [['1']] }, ['n', 'flag']), undefined);
  assert.equal(statisticsOf(null, []), undefined);
});
