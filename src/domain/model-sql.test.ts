import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { modelProblems, withoutEnd } from './model-sql.ts';

suite('queries of models', () => {
  for (const sql of [
    'select email as email, count(id) as "count" from mp.demo.tickets t where t.status = \'open\' group by 1 order by 2',
    'SELECT DISTINCT a FROM t JOIN u ON t.id = u.id WHERE a IN (1, 2)',
    '-- the newest\n(select 1)',
    '/* a /* nested */ one */ select 1;',
    'select updated_on, created_at, "update", `delete` from dropped',
    "select 'please drop by', 'it''s; with (' as text -- update )",
    "select E'it\\'s' as a, $$ drop ; ( $$ as b, $tag$ ' $tag$ as c",
    'select 1 ; -- the end;\n ;',
    'select 1 /* ; */',
    'select cast(a as timestamp with time zone) from t',
    'select a$1, 1e5, 2.5, größe from t',
  ]) {
    test(`fine: ${sql.slice(0, 40)}`, () => assert.deepEqual(modelProblems(sql), []));
  }

  const wrong: readonly (readonly [string, RegExp])[] = [
    ...[
      'delete from t',
      'update t set a = 1',
      'drop table t',
      'create table t (a int)',
      'alter table t add a int',
      'insert into t select 1',
    ].map((sql) => [sql, /begin with SELECT/] as const),
    ['with a as (select 1) select * from a', /WITH is not allowed/],
    ['select * from (with a as (select 1) select 1) x', /WITH is not allowed/],
    ['select 1 for update', /UPDATE is not allowed/],
    ['select 1; select 2', /one statement/],
    ['select 1; drop table t', /one statement/],
    ['select 1) x; (select 2', /brackets|one statement/],
    ['select 1) union (select 2', /brackets/],
    ['select (1', /brackets/],
    ["select 'open", /does not end/],
    ['select 1 /* open', /does not end/],
    ['select $$ open', /does not end/],
    ['', /begin with SELECT/],
    ['-- nothing', /begin with SELECT/],
    ['values (1)', /begin with SELECT/],
    ['select * from t where a = DELETE', /DELETE/],
    ...['merge', 'truncate', 'grant', 'call'].map((word) => [`select 1 ${word} x`, new RegExp(word.toUpperCase())] as const),
  ];
  for (const [sql, says] of wrong) {
    test(`refused: ${sql.slice(0, 40)}`, () => assert.match(modelProblems(sql).join('; '), says));
  }

  test('what ends a statement goes, comments stay', () => {
    assert.equal(withoutEnd('select 1;'), 'select 1');
    assert.equal(withoutEnd("select ';' ; -- the end;\n;"), "select ';'   -- the end;");
    assert.equal(withoutEnd('select 1 -- a;'), 'select 1 -- a;');
  });
});
