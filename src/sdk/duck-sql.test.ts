import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseType } from '../domain/types.ts';
import { duckType, logicalType, quoteName, quoteText } from './duck-sql.ts';

test('each logical type has the DuckDB type that holds all of it', () => {
  const cases: Readonly<Record<string, string>> = {
    'decimal(12,2)': 'DECIMAL(12,2)',
    'decimal(38,0)': 'DECIMAL(38,0)',
    'decimal(39,2)': 'VARCHAR',
    decimal: 'VARCHAR',
    tinyint: 'TINYINT',
    hugeint: 'HUGEINT',
    real: 'FLOAT',
    timestamptz: 'TIMESTAMP WITH TIME ZONE',
    bytes: 'BLOB',
    'text[]': 'VARCHAR',
    json: 'JSON',
  };
  for (const [name, type] of Object.entries(cases)) assert.equal(duckType(parseType(name)), type, name);
  assert.equal(duckType({ kind: 'integer', bits: 64, unsigned: true }), 'UBIGINT');
  assert.equal(duckType({ kind: 'opaque', name: 'int4range' }), 'VARCHAR');
});

test('a DuckDB type reads back', () => {
  const names = [
    'BOOLEAN',
    'TINYINT',
    'UHUGEINT',
    'DECIMAL(38,10)',
    'FLOAT',
    'DATE',
    'TIMESTAMP',
    'TIMESTAMP WITH TIME ZONE',
    'INTERVAL',
    'UUID',
    'JSON',
    'BLOB',
  ];
  for (const name of names) assert.equal(duckType(logicalType(name)), name);
  assert.deepEqual(logicalType('STRUCT(a INTEGER)[]'), { kind: 'array', of: { kind: 'opaque', name: 'STRUCT(a INTEGER)' } });
  assert.deepEqual(logicalType('INTEGER[3]'), { kind: 'array', of: { kind: 'integer', bits: 32 } });
  assert.deepEqual(logicalType('TIMESTAMP_NS'), { kind: 'opaque', name: 'TIMESTAMP_NS' });
});

test('names and texts are quoted', () => {
  assert.equal(quoteName('a"b'), '"a""b"');
  assert.equal(quoteText("it's"), "'it''s'");
});
