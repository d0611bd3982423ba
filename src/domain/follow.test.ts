import assert from 'node:assert/strict';
import { test } from 'node:test';
import { followFlow } from './follow.ts';
import { flowSpec } from './pipeline.ts';
import type { Schema } from './schema.ts';

const integer = { kind: 'integer', bits: 64 } as const;
const text = { kind: 'text' } as const;
const timestamp = { kind: 'timestamp', zone: true } as const;
const schema = (
  key: readonly string[] | undefined,
  ...fields: readonly (readonly [string, Schema['fields'][number]['type']])[]
): Schema => ({
  fields: fields.map(([name, type]) => ({ name, type, nullable: true })),
  ...(key && { key }),
});
const followed = (follow: object, of: Schema) => {
  const { read, write, key, cursor } = followFlow(flowSpec.parse({ stream: 's', follow }), of);
  return { read, write, key, cursor };
};

test('the first field called like a change is followed, by the primary key', () => {
  const of = schema(['id'], ['id', text], ['LastModified', timestamp], ['updated', timestamp]);
  assert.deepEqual(followed({}, of), { read: 'incremental', write: 'merge', key: ['id'], cursor: 'LastModified' });
});

test('a growing key is followed where nothing says when rows change', () => {
  const all = { read: 'snapshot', write: 'replace', key: undefined, cursor: undefined };
  assert.deepEqual(followed({}, schema(['id'], ['id', integer])), {
    read: 'incremental',
    write: 'merge',
    key: ['id'],
    cursor: 'id',
  });
  assert.deepEqual(followed({}, schema(['id'], ['id', text])), all);
  assert.deepEqual(followed({}, schema(undefined, ['id', integer], ['updated_at', timestamp])), all);
});

test('what a person names comes first', () => {
  const of = schema(undefined, ['a', text], ['b', integer], ['updated_at', timestamp]);
  assert.deepEqual(followed({ key: ['a'], cursor: 'b' }, of), { read: 'incremental', write: 'merge', key: ['a'], cursor: 'b' });
});
