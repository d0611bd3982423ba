import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeadgateError } from '../domain/error.ts';
import { readStatement } from './statement.ts';

const refused = (sql: string): void =>
  assert.throws(
    () => readStatement(sql),
    (error) => error instanceof HeadgateError && error.code === 'query.invalid',
    sql,
  );

test('one reading statement passes, without its closing semicolon', () => {
  assert.equal(readStatement('select 1 ; \n'), 'select 1');
  assert.equal(
    readStatement("/* who */ (select ';' as a, \"b;c\", $$;$$, E'\\';')"),
    "/* who */ (select ';' as a, \"b;c\", $$;$$, E'\\';')",
  );
  assert.equal(readStatement('with a as (select 1) from a -- all; of it'), 'with a as (select 1) from a');
  assert.equal(readStatement('DESCRIBE contacts'), 'DESCRIBE contacts');
});

test('two statements, or one that writes, are refused', () => {
  for (const sql of [
    'select 1; drop table a',
    'select 1;;select 2',
    'drop table a',
    '',
    ' -- nothing',
    "copy (select 1) to 'x'",
    'attach x',
    'set a=1',
  ])
    refused(sql);
  refused("select '--'; delete from a");
});
