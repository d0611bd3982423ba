import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { HeadgateError } from '../../domain/error.ts';
import { file } from './index.ts';
import { fileConfig, parseLocation, requireWritable, streamName, tablePath } from './location.ts';

test('locations become settings', () => {
  assert.deepEqual(parseLocation('data/x.csv'), { path: resolve('data/x.csv'), format: 'csv' });
  assert.deepEqual(parseLocation('file:/a/b.jsonl'), { path: '/a/b.jsonl', format: 'ndjson' });
  assert.deepEqual(parseLocation('file:///a/b%20c.parquet'), { path: '/a/b c.parquet', format: 'parquet' });
  assert.deepEqual(parseLocation('-?format=csv'), { path: '-', format: 'csv' });
  assert.deepEqual(parseLocation('/a/b?c.csv'), { path: '/a/b?c.csv', format: 'csv' });
  assert.deepEqual(parseLocation('/a/b.txt?format=csv&header=false'), { path: '/a/b.txt', format: 'csv', header: 'false' });
  assert.throws(
    () => parseLocation('/a/b.txt'),
    (error) => error instanceof HeadgateError && error.code === 'usage.arguments',
  );
  assert.throws(() => file.locate('/a/b.csv?header=maybe', {}), /header/);
  assert.equal(file.locate('/a/b.csv', {}).identity, 'file:/a/b.csv');
});

test('packed files, patterns and addresses', () => {
  const of = (location: string): unknown => parseLocation(location);
  assert.deepEqual(of('/a/b.csv.gz'), { path: '/a/b.csv.gz', format: 'csv' });
  assert.deepEqual(of('/a/b.tsv.zst'), { path: '/a/b.tsv.zst', format: 'csv', delimiter: '\t', form: 'tsv' });
  assert.deepEqual(of('/a/b.xlsx?sheet=Two'), { path: '/a/b.xlsx', format: 'csv', sheet: 'Two', form: 'xlsx' });
  assert.deepEqual(of('/a/*.json'), { path: '/a/*.json', format: 'ndjson', form: 'json' });
  const address = 'https://u:p@host/x%20y.csv?format=own&key=s3cret';
  assert.deepEqual(of(`${address}#encoding=latin1`), { path: address, format: 'csv', encoding: 'latin1' });
  assert.deepEqual(of('file:http://host/export#format=json'), {
    path: 'http://host/export',
    format: 'ndjson',
    form: 'json',
  });
  const { identity } = file.locate(address, {});
  assert.match(identity, /^file:https:\/\/host\/x%20y\.csv\?[0-9a-f]{8}$/);
  assert.equal(file.locate('/a/b.csv?delimiter=tab&encoding=Latin1', {}).identity, 'file:/a/b.csv');
  for (const wrong of ['', 'abcde', 'a"', '%0A', 'a%0D'])
    assert.throws(() => file.locate(`/a/b.csv?delimiter=${wrong}`, {}), /one to four characters/, wrong);
  assert.throws(() => file.locate('/a/b.csv?quote=ab', {}), /one ASCII character/);
  assert.deepEqual(['/a/b.csv.gz', address, '/a/orders-*.csv', '/a/*.csv', '/a/_x.csv'].map(streamName), [
    'b',
    'x y',
    'orders',
    'files',
    '_x',
  ]);
  for (const path of ['/a/b.csv.gz', '/a/b.tsv', '/a/b.xlsx', '/a/*.csv', address, '/a/b.txt?format=xlsx', '-?format=json']) {
    assert.throws(() => requireWritable(fileConfig.parse(parseLocation(path))), { code: 'usage.arguments' }, path);
  }
});

test('a stream is named after its file, a pattern names one file per table', () => {
  assert.equal(streamName('/a/contacts.csv'), 'contacts');
  assert.equal(streamName('/a/.csv'), '.csv');
  assert.equal(tablePath({ path: '/o/all.csv', format: 'csv' }, 'x'), '/o/all.csv');
  assert.equal(tablePath({ path: '/o/', format: 'csv' }, 'x'), '/o/x.csv');
  assert.equal(tablePath({ path: '/o/{stream}-$&.csv', format: 'csv' }, '$&'), '/o/$&-$&.csv');
  assert.throws(() => tablePath({ path: '/o/', format: 'csv' }, '../x'), /naming a file/);
});
