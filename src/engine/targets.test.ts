import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeadgateError } from '../domain/error.ts';
import type { StreamRef } from '../domain/schema.ts';
import { requireDistinct, targetOf, type Sides } from './targets.ts';

const sides: Sides = {
  sourceNamespace: 'public',
  identifiers: { maxBytes: 20, foldsCase: true, defaultNamespace: 'main' },
  single: false,
};
const flat: Sides = { ...sides, identifiers: { maxBytes: 20, foldsCase: false } };
const orders: StreamRef = { namespace: 'public', name: 'orders' };
const usage = (code: string) => (error: unknown) => error instanceof HeadgateError && error.code === code;

test("the source's default namespace becomes the destination's", () => {
  assert.deepEqual(targetOf(orders, undefined, sides), { name: 'orders' });
  assert.deepEqual(targetOf({ namespace: 'crm', name: 'orders' }, undefined, sides), { namespace: 'crm', name: 'orders' });
  assert.deepEqual(targetOf({ name: 'a.b' }, undefined, sides), { name: 'a.b' });
  assert.deepEqual(targetOf({ namespace: 'crm', name: 'orders' }, undefined, flat), { name: 'orders' });
});

test('templates', () => {
  assert.deepEqual(targetOf(orders, 'raw.{stream}', sides), { namespace: 'raw', name: 'orders' });
  assert.deepEqual(targetOf(orders, '{namespace}.{stream}_copy', sides), { namespace: 'public', name: 'orders_copy' });
  assert.deepEqual(targetOf({ name: 'a.b' }, '{namespace}_{stream}', sides), { name: 'public_a.b' });
  assert.deepEqual(targetOf(orders, 'raw.{stream}', flat), { name: 'raw.orders' });
});

test('templates that cannot be filled', () => {
  assert.throws(() => targetOf(orders, '{table}', sides), usage('usage.arguments'));
  assert.throws(() => targetOf({ name: 'x' }, '{namespace}', { ...sides, sourceNamespace: undefined }), usage('usage.arguments'));
  assert.throws(() => targetOf(orders, 'raw.', sides), usage('usage.arguments'));
});

test('two streams never share a table', () => {
  const target = (name: string, into: string, namespace?: string) => ({
    stream: { name },
    into: { name: into, ...(namespace !== undefined && { namespace }) },
  });
  requireDistinct([target('a', 'a'), target('b', 'b')], sides);
  requireDistinct([target('a', 'x'), target('A', 'X')], flat);
  assert.throws(() => requireDistinct([target('a', 'x'), target('A', 'X')], sides), usage('usage.collision'));
  assert.throws(() => requireDistinct([target('a', 'x'), target('b', 'x', 'main')], sides), usage('usage.collision'));
  assert.throws(() => requireDistinct([target('a', 'x'), target('b', 'y')], { ...flat, single: true }), usage('usage.collision'));
});

test('a name of the source that is too long gets a digest of itself, always the same', () => {
  const long = (end: string): StreamRef => ({ namespace: 'public', name: `${'x'.repeat(30)}${end}` });
  const [a, b] = [targetOf(long('a'), undefined, sides), targetOf(long('b'), 'raw.{stream}', sides)];
  assert.match(a.name, /^x{13}_[0-9a-f]{6}$/);
  assert.match(b.name, /^x{13}_[0-9a-f]{6}$/);
  assert.notEqual(a.name, b.name);
  assert.deepEqual(targetOf(long('a'), undefined, sides), a);
  assert.equal(targetOf(long('a'), 'y'.repeat(30), sides).name, 'y'.repeat(30));
});

test('a name that would be cut off is refused, counted in bytes', () => {
  assert.throws(() => requireDistinct([{ stream: orders, into: { name: 'ü'.repeat(11) } }], sides), usage('usage.collision'));
  requireDistinct([{ stream: orders, into: { name: 'ü'.repeat(10) } }], sides);
});
