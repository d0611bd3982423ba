import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { HeadgateError } from '../../domain/error.ts';
import { file } from './index.ts';
import { parseLocation, streamName, tablePath } from './location.ts';

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

test('a stream is named after its file, a pattern names one file per table', () => {
  assert.equal(streamName('/a/contacts.csv'), 'contacts');
  assert.equal(streamName('/a/.csv'), '.csv');
  assert.equal(tablePath({ path: '/o/all.csv', format: 'csv' }, 'x'), '/o/all.csv');
  assert.equal(tablePath({ path: '/o/', format: 'csv' }, 'x'), '/o/x.csv');
  assert.equal(tablePath({ path: '/o/{stream}-$&.csv', format: 'csv' }, '$&'), '/o/$&-$&.csv');
  assert.throws(() => tablePath({ path: '/o/', format: 'csv' }, '../x'), /naming a file/);
});
