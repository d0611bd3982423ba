import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeadgateError } from '../domain/error.ts';
import type { ErrorCode } from '../domain/codes.ts';
import type { Values } from './options.ts';
import { readCount, readRequest } from './request.ts';

const refused = (values: Values, code: ErrorCode, message: RegExp): void =>
  assert.throws(
    () => readRequest(values),
    (error) => error instanceof HeadgateError && error.code === code && message.test(error.message),
    JSON.stringify(values),
  );

test('--mode names how to read, or how to write everything', () => {
  const modes = (values: Values): unknown[] => [readRequest(values).read, readRequest(values).write];
  assert.deepEqual(modes({}), ['snapshot', 'replace']);
  assert.deepEqual(modes({ mode: 'mirror' }), ['snapshot', 'mirror']);
  assert.deepEqual(modes({ mode: 'snapshot', write: 'merge' }), ['snapshot', 'merge']);
  assert.deepEqual(modes({ write: 'append' }), ['snapshot', 'append']);
  assert.deepEqual(modes({ mode: 'incremental', cursor: 'a' }), ['incremental', undefined]);
  assert.deepEqual(modes({ mode: 'incremental', write: 'append' }), ['incremental', 'append']);
});

test('modes that contradict each other', () => {
  refused({ mode: 'incremental', write: 'mirror' }, 'usage.mode', /sees only part/);
  refused({ mode: 'merge', write: 'append' }, 'usage.mode', /contradict/);
});

test('an option that would do nothing is refused', () => {
  refused({ cursor: 'a' }, 'usage.mode', /--cursor does nothing without --mode incremental/);
  refused({ mode: 'merge', from: '1' }, 'usage.mode', /--from/);
  refused({ deletes: 'soft', mode: 'merge' }, 'usage.mode', /--deletes/);
  refused({ version: 'v' }, 'usage.mode', /--version/);
  refused({ existing: 'recreate', mode: 'append' }, 'usage.mode', /recreate/);
});

test('the window is closed on both sides', () => {
  const { window } = readRequest({
    mode: 'incremental',
    cursor: 'at',
    from: '2026-01-01',
    until: '2026-02-01',
    lookback: '1 hour',
    strict: true,
  });
  assert.deepEqual(window, {
    window: {
      from: '2026-01-01',
      fromInclusive: true,
      to: '2026-02-01',
      toInclusive: true,
      lookback: '1 hour',
      advance: 'max-read',
    },
    nulls: 'include',
    strict: true,
  });
});

test('shape, key and rejects', () => {
  const request = readRequest({
    key: ['a, b', 'c'],
    select: ['a,b,c,d'],
    rename: ['a=x', 'b==y'],
    cast: ['c=decimal(12,2)', 'd=text[]'],
    mask: ['e=hash', 'f=drop'],
    where: 'a > 1',
    'max-rejects': '2.5%',
    rejects: 'bad.csv',
  });
  assert.deepEqual(request.key, ['a', 'b', 'c']);
  assert.deepEqual(request.shape, {
    select: ['a', 'b', 'c', 'd'],
    where: 'a > 1',
    rename: { a: 'x', b: '=y' },
    cast: { c: { kind: 'decimal', precision: 12, scale: 2 }, d: { kind: 'array', of: { kind: 'text' } } },
    mask: { e: 'hash', f: 'drop' },
  });
  assert.deepEqual(request.rejects, { limit: 2.5, unit: 'percent', file: 'bad.csv' });
  assert.deepEqual(readRequest({}).rejects, { limit: 0, unit: 'rows' });
});

test('values that cannot be read', () => {
  refused({ rename: ['a'] }, 'usage.arguments', /--rename/);
  refused({ mask: ['a=blur'] }, 'usage.arguments', /--mask/);
  refused({ cast: ['a=nonsense'] }, 'usage.type', /nonsense/);
  refused({ key: ['a,,b'] }, 'usage.arguments', /empty name/);
  for (const text of ['-1', '1.5', '101%', 'many', '']) refused({ 'max-rejects': text }, 'usage.arguments', /--max-rejects/);
  for (const text of ['0', '-1', '1e3', 'x']) assert.throws(() => readCount('parallel', text), HeadgateError);
  assert.equal(readCount('parallel', '8'), 8);
});
