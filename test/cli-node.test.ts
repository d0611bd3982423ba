import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { headgate } from './support/run.ts';

test('an old Node gets one line that says which command works, and exit code 2', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-node-'));
  try {
    // The command decides by this number alone, so a preloaded script makes any Node an old one.
    const preload = join(folder, 'old.cjs');
    await writeFile(preload, `Object.defineProperty(process.versions, 'node', { value: '20.20.2' })`);
    const result = await headgate(['--version'], { env: { NODE_OPTIONS: `--require ${JSON.stringify(preload)}` } });
    assert.deepEqual([result.code, result.stdout], [2, '']);
    assert.match(result.stderr, /^headgate needs Node 24, this is 20\.20\.2: run `npx headgate [^\n]*\n$/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('on Node 24 the command line starts, with room for many blocked files', async () => {
  const { code, stdout } = await headgate(['--version']);
  assert.deepEqual([code, stdout], [0, 'headgate 0.1.0\n']);
});
