import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sqlOfType, typeOfSql } from './sql-types.ts';

test('types of SQL, in whatever case and length', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['INT', 'integer'],
    ['double  PRECISION', 'double'],
    ['VARCHAR(64)', 'varchar(64)'],
    ['char(3)', 'varchar(3)'],
    ['VARCHAR', 'text'],
    ['varchar(70000)', 'text'],
    ['character varying(max)', 'text'],
    ['DECIMAL(12, 2)', 'decimal(12,2)'],
    ['numeric', 'decimal'],
    ['timestamp with time zone', 'timestamptz'],
    ['GEOMETRY', undefined],
    ['int; drop table x', undefined],
  ];
  for (const [sql, type] of cases) assert.equal(typeOfSql(sql, false), type, sql);
});

test('loosened texts have twice the room, and never less than 64', () => {
  const loosened = ['VARCHAR(1)', 'VARCHAR(32)', 'VARCHAR(100)', 'VARCHAR(40000)', 'TEXT'].map((sql) => typeOfSql(sql, true));
  assert.deepEqual(loosened, ['varchar(64)', 'varchar(64)', 'varchar(200)', 'text', 'text']);
});

test('loosened decimals have room on both sides of the point', () => {
  assert.equal(typeOfSql('DECIMAL(6,2)', true), 'decimal(12,4)');
  assert.equal(typeOfSql('DECIMAL(30,10)', true), 'decimal(38,18)');
  assert.equal(typeOfSql('DECIMAL(38,10)', true), 'decimal(38,10)');
});

test('what was found is written as SQL', () => {
  assert.deepEqual([sqlOfType('text', 12), sqlOfType('text', 0), sqlOfType('integer', 3)], ['VARCHAR(12)', 'VARCHAR(1)', 'INT']);
  assert.deepEqual(
    ['integer', 'decimal(5,2)', 'text', 'timestamptz', 'boolean'].map((type) => sqlOfType(type)),
    ['INT', 'DECIMAL(5,2)', 'VARCHAR', 'TIMESTAMP WITH TIME ZONE', 'BOOLEAN'],
  );
});
