import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeadgateError } from '../domain/error.ts';
import { chooseLocation, isFile, isStdio, readLocation, registrationFor, withFormat } from './locations.ts';

const failure = (run: () => unknown): HeadgateError => {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof HeadgateError);
    return error;
  }
  throw new assert.AssertionError({ message: 'accepted' });
};

test('env:NAME is the location in that variable', () => {
  assert.equal(readLocation('env:SHOP', { SHOP: 'duckdb:x' }), 'duckdb:x');
  assert.equal(readLocation('a.csv', {}), 'a.csv');
  const error = failure(() => readLocation('env:SHOPP', { SHOP: 'postgres://u:hunter2@h/d' }));
  assert.equal(error.hint, 'did you mean env:SHOP?');
  assert.doesNotMatch(error.message, /hunter2/);
});

test('a location that is left out comes from its own variable', () => {
  assert.equal(chooseLocation(undefined, 'source', { HEADGATE_SOURCE: 'env:X', X: 'a.csv' }), 'a.csv');
  assert.equal(chooseLocation('b.csv', 'source', { HEADGATE_SOURCE: 'a.csv' }), 'b.csv');
  assert.match(failure(() => chooseLocation(undefined, 'destination', {})).hint, /HEADGATE_DESTINATION/);
});

test('the scheme decides the connector', () => {
  assert.equal(registrationFor('postgres://h/d').name, 'postgres');
  assert.equal(registrationFor('duckdb:a.duckdb').name, 'duckdb');
  for (const path of ['a.csv', './postgres:x', '/a/b', '-', 'C:\\a.csv', 'file:a']) assert.ok(isFile(path), path);
  const error = failure(() => registrationFor('postgre://u:hunter2@h/d'));
  assert.equal(error.code, 'usage.scheme');
  assert.match(error.hint, /did you mean postgres:/);
  assert.doesNotMatch(error.message + error.hint, /hunter2/);
});

test('--format speaks for a file whose name does not', () => {
  assert.equal(withFormat('-', 'csv'), 'file:-?format=csv');
  assert.equal(withFormat('data.txt', 'csv'), 'file:data.txt?format=csv');
  assert.equal(withFormat('data.txt?header=false', 'csv'), 'file:data.txt?header=false&format=csv');
  assert.equal(withFormat('out.parquet', 'csv'), 'out.parquet');
  assert.equal(withFormat('data.csv.gz', 'csv'), 'data.csv.gz');
  assert.equal(withFormat('https://h/x?a=1', 'csv'), 'https://h/x?a=1#format=csv');
  assert.equal(withFormat('postgres://h/d', 'csv'), 'postgres://h/d');
  assert.ok(isStdio('-') && isStdio('file:-?format=csv') && !isStdio('a-'));
});
