import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { commaList, flag, listOf, pageOf, paging, sorted, spelled } from './wire.ts';

test('both spellings of a key are one, and null is as if it had not been sent', () => {
  const sent = {
    existing_table_rows: 'fail',
    firstRowIsHeader: true,
    partitionSchema_name: 'x',
    max_errors: null,
    redshift_destination_options: { sortkeys: [null, null], distkey: null },
    expires_at: null,
  };
  assert.deepEqual(spelled(sent, 'body'), {
    existingTableRows: 'fail',
    firstRowIsHeader: true,
    partitionSchemaName: 'x',
    redshiftDestinationOptions: { sortkeys: [] },
    expiresAt: null,
  });
  assert.deepEqual(spelled(undefined, 'body'), {});
});

test('keys that are data stay as they are', () => {
  assert.deepEqual(spelled({ arguments: { MY_arg: null }, column_overrides: { 0: { sql_name: 'a_b' } } }, 'body'), {
    arguments: { MY_arg: null },
    columnOverrides: { 0: { sqlName: 'a_b' } },
  });
});

test('names of a query come in both cases', () => {
  assert.deepEqual(spelled({ databaseId: '1', page_num: '2' }, 'query'), { database_id: '1', page_num: '2' });
});

test('truths, lists and one value for a list', () => {
  assert.deepEqual(
    ['True', 'false', '1', '0', true].map((one) => flag.parse(one)),
    [true, false, true, false, true],
  );
  assert.equal(flag.safeParse('yes').success, false);
  assert.deepEqual(listOf(z.string()).parse('x.com'), ['x.com']);
  assert.deepEqual(commaList(z.enum(['a', 'b'])).parse('a, b'), ['a', 'b']);
  assert.deepEqual(commaList(z.enum(['a', 'b'])).parse(['a', 'b']), ['a', 'b']);
  assert.equal(commaList(z.enum(['a'])).safeParse('c').success, false);
});

test('a limit above the most is the most, and behind the last page there is an empty one', () => {
  const query = z.object(paging(50, 20, ['id']));
  assert.deepEqual(query.parse({ limit: '900' }), { limit: 50, page_num: 1, order: 'id', order_dir: 'desc' });
  for (const wrong of [{ order: 'x' }, { order_dir: 'up' }, { limit: 'x' }, { page_num: '0' }])
    assert.equal(query.safeParse(wrong).success, false);
  const all = Array.from({ length: 5 }, (_, at) => at);
  assert.deepEqual(pageOf(all, { limit: 2, page_num: 3 }).rows, [4]);
  const behind = pageOf(all, { limit: 2, page_num: 4 });
  assert.deepEqual(behind.rows, []);
  assert.equal(behind.headers['x-pagination-current-page'], '4');
  assert.equal(behind.headers['x-pagination-total-pages'], '3');
  assert.deepEqual(
    sorted([3, 1, 2], (one) => one, 'desc'),
    [3, 2, 1],
  );
});
