/** The client is what the document says: whoever changes an operation makes it anew, and its users see what breaks. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { native } from '../../src/api/dialects/native/index.ts';
import { openApiOf } from '../../src/api/openapi.ts';
import { requestFor } from '../../src/client/client.ts';
import { clientTypes } from './generator.ts';

const path = join(import.meta.dirname, '..', '..', 'src', 'client', 'generated.ts');

test('the generated file is what the document says; `UPDATE_GOLDEN=1` writes it anew', () => {
  const wanted = clientTypes(openApiOf(native, '0.0.0'));
  if (process.env['UPDATE_GOLDEN']) writeFileSync(path, wanted);
  assert.equal(readFileSync(path, 'utf8'), wanted);
});

test('fields go where the document has them', () => {
  assert.deepEqual(requestFor('runs.logs', { workspace: 7, run: 'run/1', after: 5 }), {
    method: 'GET',
    url: '/v1/workspaces/7/runs/run%2F1/logs?after=5',
  });
  assert.deepEqual(requestFor('pipelines.update', { workspace: 1, pipeline: 'orders', name: 'x', state: undefined }), {
    method: 'PATCH',
    url: '/v1/workspaces/1/pipelines/orders',
    body: '{"name":"x"}',
  });
  assert.deepEqual(requestFor('workspaces.list', { workspace: 1 }), { method: 'GET', url: '/v1/workspaces' });
});
