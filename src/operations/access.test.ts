import assert from 'node:assert/strict';
import { test } from 'node:test';
import { needsOf } from './access.ts';

test('what an operation needs follows from its scope and from what its input names', () => {
  const on = (kind: string, ref: string, level: string) => ({ kind, ref, level });
  const cases = [
    [{ scope: 'pipelines:read' }, { pipeline: 'p' }, { objects: [on('pipeline', 'p', 'read')] }],
    [{ scope: 'runs:write' }, { run: 'r' }, { objects: [on('run', 'r', 'write')] }],
    // Who names nothing asks about everything; who says nothing about an unknown noun does so too.
    [{ scope: 'warehouse:read' }, { sql: 'select 1' }, { objects: [], workspace: 'read' }],
    [{ scope: 'audit:read', access: { level: 'manage' } }, {}, { objects: [], workspace: 'manage' }],
    [{ scope: 'novelties:write' }, { novelty: 'n' }, { objects: [], workspace: 'write' }],
    [
      { scope: 'novelties:write' },
      { novelty: 'n', connection: 'c' },
      { objects: [on('connection', 'c', 'write')], workspace: 'write' },
    ],
    [{ scope: '*' }, undefined, { objects: [], workspace: 'own' }],
    // Of a filter that was left out, or that is no name, nothing follows.
    [{ scope: 'runs:read' }, { pipeline: undefined }, { objects: [], workspace: 'read' }],
    [{ scope: 'runs:read' }, { pipeline: ['p'] }, { objects: [], workspace: 'read' }],
    [{ scope: 'runs:read', access: { filters: true } }, {}, { objects: [] }],
    [{ scope: 'runs:read', access: { filters: true } }, { pipeline: 'p' }, { objects: [on('pipeline', 'p', 'read')] }],
    [
      { scope: 'pipelines:write', access: { creates: 'pipeline', objects: { source: 'read', destination: 'write' } } },
      { source: 'a', destination: 'b' },
      { objects: [on('connection', 'a', 'read'), on('connection', 'b', 'write')] },
    ],
    [{ scope: 'keys:write', access: { level: 'none' } }, { key: 'k' }, { objects: [] }],
    [{ scope: 'grants:write', access: { level: 'manage' } }, { pipeline: 'p' }, { objects: [on('pipeline', 'p', 'manage')] }],
  ] as const;
  for (const [operation, input, needs] of cases) assert.deepEqual(needsOf(operation, input), needs, JSON.stringify(input));
});
