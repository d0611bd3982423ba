import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { HeadgateError } from '../domain/error.ts';
import type { World } from './command.ts';
import { eitherPlaces, importPlaces, readersPerFlow, syncPlaces } from './session.ts';
import { spoolStdin } from './stdin.ts';
import { openTerminal } from './terminal.ts';

const terminal = openTerminal({ json: false, quiet: true, color: false });
const world = (env: World['env'] = {}): World => ({
  terminal,
  env,
  signal: new AbortController().signal,
  debug: false,
  stateDir: '/state',
});
const usage = (error: unknown): boolean => error instanceof HeadgateError && error.code.startsWith('usage.');

test('sync takes two locations, from arguments or variables', () => {
  const env = { HEADGATE_SOURCE: 'a.csv', HEADGATE_DESTINATION: 'duckdb:b' };
  assert.deepEqual(syncPlaces([], world(env)), { source: 'a.csv', destination: 'duckdb:b' });
  assert.deepEqual(syncPlaces(['c.csv'], world(env)), { source: 'c.csv', destination: 'duckdb:b' });
  assert.throws(() => syncPlaces(['c.csv'], world()), usage);
});

test('import goes into the embedded warehouse, whatever the variables say', () => {
  const places = { source: 'a.csv', destination: 'duckdb:/state/files/1/warehouse.db' };
  assert.deepEqual(importPlaces(['a.csv'], world({ HEADGATE_DESTINATION: 'duckdb:b' })), places);
  assert.throws(() => importPlaces(['duckdb:a'], world()), usage);
});

test('plan and verify: a file alone means an import', () => {
  assert.equal(eitherPlaces(['a.csv'], world()).destination, 'duckdb:/state/files/1/warehouse.db');
  assert.equal(eitherPlaces(['a.csv'], world({ HEADGATE_DESTINATION: 'duckdb:b' })).destination, 'duckdb:b');
  assert.equal(eitherPlaces(['a.csv', 'duckdb:b'], world()).destination, 'duckdb:b');
  assert.throws(() => eitherPlaces(['duckdb:a'], world()), usage);
});

test('a pipe becomes a file with the same settings', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'headgate-stdin-'));
  try {
    const { signal } = world();
    const location = await spoolStdin(
      'file:-?format=csv',
      { scratch, signal },
      Readable.from([Buffer.from('a,b\n'), Buffer.from('1,2\n')]),
    );
    assert.equal(location, `file:${scratch}/stdin?format=csv`);
    assert.equal(readFileSync(join(scratch, 'stdin'), 'utf8'), 'a,b\n1,2\n');
  } finally {
    rmSync(scratch, { recursive: true });
  }
});

test('all flows together hold at most --parallel + 1 sessions', () => {
  for (let parallel = 1; parallel <= 16; parallel++) {
    for (let flows = 1; flows <= parallel; flows++) {
      const readers = readersPerFlow(parallel, flows);
      const sessions = flows * (readers === 1 ? 1 : readers + 1);
      assert.ok(readers >= 1 && sessions <= parallel + 1, `${flows} flows, parallel ${parallel}: ${sessions}`);
    }
  }
  assert.deepEqual([readersPerFlow(4, 1), readersPerFlow(8, 2), readersPerFlow(4, 4)], [4, 3, 1]);
});
