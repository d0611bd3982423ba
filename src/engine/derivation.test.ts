import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { z } from 'zod';
import { derivationSpec } from '../domain/derivation.ts';
import type { Field } from '../domain/schema.ts';
import type { LogicalType } from '../domain/types.ts';
import type { Mapping } from './columns.ts';
import { settleDerivation } from './derivation.ts';
import type { Flow } from './flow.ts';

const field = (name: string, type: LogicalType = { kind: 'text' }): Field => ({ name, type, nullable: true });
const fields = [field('id'), field('email'), field('at', { kind: 'integer', bits: 64 }), field('long_name'), field('plan')];

/** Columns are called as the database could keep them; the shape had other names in mind. */
const mappings = fields.map((source): Mapping => ({
  column: { from: source.name, as: `c_${source.name}` },
  source,
  target: { ...source, name: `c_${source.name}` },
}));

function settle(
  spec: z.input<typeof derivationSpec>,
  more: Partial<Pick<Flow, 'mode'>> & { undo?: number; derives?: boolean } = {},
) {
  const { mode = 'snapshot', undo, derives = true } = more;
  const flow: Flow = {
    stream: { stream: { name: 's' }, kind: 'table', schema: { fields }, cursors: [] },
    into: { name: 't' },
    mode,
    policy: {
      mode: 'append',
      nulls: 'keep',
      deletes: 'hard',
      existing: 'any',
      evolution: 'evolve',
      derive: derivationSpec.parse(spec),
      ...(undo !== undefined && { undo }),
    },
    shape: { rename: { plan: 'Plan' }, cast: {}, mask: {} },
    rejects: { limit: 0, unit: 'rows' },
  };
  const destination = {
    derives,
    modes: [],
    accepts: () => [],
    loads: () => false,
    types: () => 'text',
    identifiers: { maxBytes: 63, foldsCase: false },
  };
  return settleDerivation({ flow, destination }, mappings, []).derive;
}

test('fields become columns, and properties keep the names of the shape', () => {
  const derive = settle({
    into: 'profiles',
    identities: [{ field: 'email', type: 'mail' }],
    except: ['id', 'at'],
    limits: { name: 6 },
  });
  assert.deepEqual(derive?.identities, [{ column: 'c_email', type: 'mail' }]);
  assert.deepEqual(derive?.attributes, [
    { column: 'c_long_name', property: 'long_n' },
    { column: 'c_plan', property: 'Plan' },
  ]);
  assert.equal(derive?.cut, 1);
});

test('what an event is known by follows from how it is read', () => {
  assert.equal(settle({ into: 'events' })?.event, 'run');
  assert.equal(settle({ into: 'events' }, { mode: 'incremental' })?.event, 'content');
  assert.deepEqual(settle({ into: 'events', event: ['id'] })?.event, ['c_id']);
});

test('what cannot be is refused before anything is read', () => {
  const by = { into: 'profiles', id: 'id' } as const;
  const refusals = {
    'usage.mode': [() => settle(by, { derives: false }), () => settle(by, { mode: 'changes' }), () => settle(by, { undo: 1 })],
    'field.missing': [() => settle({ into: 'profiles', id: 'nobody' }), () => settle({ ...by, attributes: ['nothing'] })],
    'usage.collision': [() => settle({ ...by, attributes: ['email', 'email'] })],
    'schema.incompatible': [() => settle({ ...by, time: { field: 'at' } }), () => settle({ ...by, time: { field: 'plan' } })],
  };
  for (const [code, calls] of Object.entries(refusals)) for (const call of calls) assert.throws(call, { code });
  assert.equal(derivationSpec.safeParse({ into: 'profiles' }).success, false);
});
