import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sqlOfType, typeOfSql } from './sql-types.ts';

test('types of SQL, in whatever case and length', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['INT', 'integer'],
    ['double  PRECISION', 'double'],
    ['VARCHAR(64)', 'text'],
    ['character varying(max)', 'text'],
    ['DECIMAL(12, 2)', 'decimal(12,2)'],
    ['numeric', 'decimal'],
    ['timestamp with time zone', 'timestamptz'],
    ['GEOMETRY', undefined],
    ['int; drop table x', undefined],
  ];
  for (const [sql, type] of cases) assert.equal(typeOfSql(sql, false), type, sql);
});

test('loosened decimals have room on both sides of the point', () => {
  assert.equal(typeOfSql('DECIMAL(6,2)', true), 'decimal(12,4)');
  assert.equal(typeOfSql('DECIMAL(30,10)', true), 'decimal(38,18)');
  assert.equal(typeOfSql('DECIMAL(38,10)', true), 'decimal(38,10)');
});

test('what was found is written as SQL', () => {
  assert.deepEqual(['integer', 'decimal(5,2)', 'text', 'timestamptz', 'boolean'].map(sqlOfType), [
    'INT',
    'DECIMAL(5,2)',
    'VARCHAR',
    'TIMESTAMP WITH TIME ZONE',
    'BOOLEAN',
  ]);
});
