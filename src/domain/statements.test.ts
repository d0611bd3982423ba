import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginningOf, isQuestion, statementsOf } from './statements.ts';

test('quotes and comments end no statement', () => {
  const sql = `create table "a;b" (x int); -- one; two
    insert into t values ('it''s; fine'); /* ; */ ; do $x$ begin; end $x$;
    select 1;`;
  assert.deepEqual(statementsOf(sql).map(beginningOf), ['create table x int', 'insert into t values', 'do', 'select']);
  assert.deepEqual(statementsOf(' ;; -- nothing\n'), []);
});

for (const [sql, question] of [
  ['select 1', true],
  ['  /* c */ SELECT update_time from t', true],
  ['with a as (select 1) select * from a', true],
  ['with a as (delete from t returning *) select * from a', false],
  ['select * into u from t', false],
  ["select 'insert into t'", true],
  ['select * from t for update', true],
  ['(select 1)', true],
  ['values (1)', true],
  ['create table t as select 1', false],
  ['drop table t', false],
  ['nonsense', true],
] as const)
  test(sql, () => assert.equal(isQuestion(sql), question));
