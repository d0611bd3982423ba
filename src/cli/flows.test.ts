import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeadgateError } from '../domain/error.ts';
import type { StreamInfo } from '../domain/schema.ts';
import { buildFlow } from '../engine/build-flow.ts';
import type { Values } from './options.ts';
import { readRequest } from './request.ts';

const field = (name: string) => ({ name, type: { kind: 'text' as const }, nullable: true });
const orders: StreamInfo = {
  stream: { namespace: 'public', name: 'orders' },
  kind: 'table',
  schema: { fields: [field('id'), field('note'), field('updated_at')], key: ['id'] },
  cursors: ['updated_at', 'id'],
};
const { key: _key, ...fields } = orders.schema;
const keyless: StreamInfo = { ...orders, schema: fields };

const flow = (values: Values, stream = orders) => buildFlow(readRequest(values), stream, { name: 'orders' });
const fails = (values: Values, code: string, hint: RegExp, stream = orders): void =>
  assert.throws(
    () => flow(values, stream),
    (error) => error instanceof HeadgateError && error.code === code && hint.test(`${error.message} ${error.hint}`),
  );

test('nothing asked for: everything is read and the table replaced', () => {
  assert.deepEqual(flow({}), {
    stream: orders,
    into: { name: 'orders' },
    mode: 'snapshot',
    policy: { mode: 'replace', nulls: 'write', deletes: 'hard', existing: 'any', evolution: 'evolve' },
    shape: { rename: {}, cast: {}, mask: {} },
    brake: { share: 0.3, floor: 100 },
    rejects: { limit: 0, unit: 'rows' },
  });
  assert.equal(flow({ 'allow-delete': true }).brake, undefined);
});

test('incremental: merge where a key is given or known, else append', () => {
  const incremental: Values = { mode: 'incremental', cursor: 'updated_at' };
  assert.deepEqual(flow(incremental).policy.key, ['id']);
  assert.equal(flow(incremental).policy.mode, 'merge');
  assert.equal(flow(incremental).cursor?.field, 'updated_at');
  assert.equal(flow(incremental, keyless).policy.mode, 'append');
  assert.deepEqual(flow({ ...incremental, key: ['note'] }, keyless).policy, {
    mode: 'merge',
    key: ['note'],
    nulls: 'write',
    deletes: 'hard',
    existing: 'any',
    evolution: 'evolve',
  });
  assert.equal(flow({ ...incremental, select: ['updated_at,note'] }).policy.mode, 'append');
});

test('merge and mirror take the primary key, or refuse', () => {
  assert.deepEqual(flow({ mode: 'mirror' }).policy.key, ['id']);
  fails({ mode: 'mirror' }, 'key.missing', /has no primary key/, keyless);
});

test('names that the stream does not have', () => {
  fails({ mode: 'merge', key: ['di'] }, 'key.missing', /id/);
  fails({ mode: 'incremental', cursor: 'update_at' }, 'cursor.missing', /updated_at/);
  fails({ mode: 'incremental' }, 'cursor.missing', /candidates: updated_at, id/);
  fails({ select: ['id,nota'] }, 'field.missing', /note/);
  fails({ rename: ['id=note'] }, 'usage.collision', /note/);
});
