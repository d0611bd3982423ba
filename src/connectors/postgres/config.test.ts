import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeadgateError } from '../../domain/error.ts';
import { config } from '../_pg/config.ts';
import { identity, parseLocation } from './config.ts';
import { pgError } from '../_pg/errors.ts';
import { cutBlocks } from './partition.ts';
import { stageName } from './names.ts';
import { logicalType, nativeType } from './types.ts';

const read = (location: string, env: Record<string, string> = {}) => config.parse(parseLocation(location, env));

test('a location, with the environment for what it leaves out', () => {
  const full = read('postgresql://us%40er:p%2Fw@db.example.com:6000/data%20base?sslmode=verify-full&connect_timeout=3');
  assert.deepEqual(full, {
    host: 'db.example.com',
    port: 6000,
    database: 'data base',
    user: 'us@er',
    password: 'p/w',
    sslmode: 'verify-full',
    ca: undefined,
    cert: undefined,
    key: undefined,
    ssh: undefined,
    connect_timeout: 3,
    application_name: 'headgate',
    statement_timeout: '0',
  });
  assert.equal(read('postgres://u@h/d?statement_timeout=30min').statement_timeout, '30min');
  assert.throws(() => read('postgres://u@h/d?statement_timeout=0%27'), /30min/);
  assert.equal(identity(full), 'postgres://db.example.com:6000/data base');
  const env = { PGHOST: 'h', PGPORT: '1', PGUSER: 'u', PGPASSWORD: 'p', PGDATABASE: 'd', PGSSLMODE: 'require' };
  const { host, port, user, password, database, sslmode } = read('postgres:', env);
  assert.deepEqual([host, port, user, password, database, sslmode], ['h', 1, 'u', 'p', 'd', 'require']);
  assert.equal(read('postgres://[::1]/x', { PGUSER: 'u' }).host, '::1');
});

test('unknown options and broken locations are refused by name, without their values', () => {
  const refused = (location: string, message: RegExp) =>
    assert.throws(
      () => read(location),
      (error: unknown) => error instanceof HeadgateError && message.test(error.message) && !error.message.includes('secret'),
    );
  refused('postgres://u:secret@h/d?options=-c%20x=1&sslmode=require', /unknown option options$/);
  refused('postgres://u:secret%@h/d', /not a valid/);
});

test('types go there and back', () => {
  for (const native of [
    'smallint',
    'integer',
    'bigint',
    'numeric(12,2)',
    'numeric',
    'real',
    'double precision',
    'boolean',
    'text',
    'bytea',
  ]) {
    assert.equal(nativeType(logicalType(native)), native);
  }
  for (const native of [
    'date',
    'time without time zone',
    'timestamp without time zone',
    'timestamp with time zone',
    'uuid',
    'json',
    'text[]',
  ]) {
    assert.equal(nativeType(logicalType(native)), native);
  }
  assert.deepEqual(logicalType('timestamp(3) with time zone'), { kind: 'timestamp', zone: true });
  assert.deepEqual(logicalType('interval day to second(3)'), { kind: 'interval' });
  assert.deepEqual(logicalType('numeric(3,-2)'), { kind: 'decimal' });
  assert.deepEqual(logicalType('int4range'), { kind: 'opaque', name: 'int4range' });
  assert.equal(nativeType({ kind: 'integer', bits: 64, unsigned: true }), 'numeric(20,0)');
  assert.equal(nativeType({ kind: 'opaque', name: 'mood' }), 'text');
});

test('block ranges are disjoint and open at both ends', () => {
  assert.deepEqual(cutBlocks(0, 4), [{}]);
  assert.deepEqual(cutBlocks(100, 3), [{ to: 33 }, { from: 33, to: 66 }, { from: 66 }]);
  assert.deepEqual(cutBlocks(2, 8), [{ to: 1 }, { from: 1 }]);
});

test('names of stages fit, whatever the names they stand for', () => {
  const name = stageName('p'.repeat(300), 'run.1'.repeat(50), { name: 'ü'.repeat(63) });
  assert.ok(Buffer.byteLength(name) <= 50);
});

test('what the server says becomes a code and the names it gives, nothing else', () => {
  const failure = (code: string, more: object = {}) => pgError(Object.assign(new Error('x'), { code, ...more }), 'doing');
  const duplicate = failure('23505', { schema: 's', table: 't', constraint: 'k', detail: 'Key (id)=(secret)' });
  assert.deepEqual(
    [duplicate.code, duplicate.message],
    ['key.duplicate', 'doing: several rows have the same key (table s.t, constraint k) [23505]'],
  );
  assert.equal(
    failure('22P02', { where: 'COPY t, line 7, column n: "secret"' }).message,
    'doing: a value does not fit (line 7, column n) [22P02]',
  );
  assert.deepEqual(
    ['42501', '42P01', '42601', '53100', '55P03', '57P01', '08006', '40P01', 'ECONNREFUSED', '3D000', '28P01'].map(
      (code) => failure(code).code,
    ),
    [
      'access.denied',
      'stream.missing',
      'stream.query',
      'disk.full',
      'publish.busy',
      'connect.lost',
      'connect.lost',
      'publish.busy',
      'connect.unreachable',
      'connect.missing',
      'connect.refused',
    ],
  );
  assert.equal(failure('XX000').code, 'internal.unexpected');
});
