import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exactBody } from './exact-numbers.ts';

test('only rows keep them', () => {
  const rows = '[{"a":1.10}]';
  assert.deepEqual(exactBody(`{"settings":{"maxRecords":1e3,"initialData":${rows}},"initial_data":${rows}}`), {
    settings: { maxRecords: 1000, initialData: [{ a: '1.10' }] },
    initial_data: [{ a: '1.10' }],
  });
  assert.deepEqual(exactBody('{"settings":{"maxRecords":1e3}}'), { settings: { maxRecords: 1000 } });
  assert.deepEqual(exactBody('[1e3]'), [1000]);
});
