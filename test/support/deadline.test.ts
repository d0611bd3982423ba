import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const deadline = join(import.meta.dirname, 'deadline.ts');

/** Runs a test file of this text as `npm test` does. */
function runFile(text: string) {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-deadline-'));
  const file = join(folder, 'it.test.mjs');
  writeFileSync(file, text);
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout } = spawnSync(process.execPath, ['--import', deadline, '--test', '--test-reporter=tap', file], {
    env: { ...env, TEST_PATIENCE_MS: '300' },
    encoding: 'utf8',
  });
  rmSync(folder, { recursive: true });
  return { status, stdout };
}

test('a file that a child keeps open after its tests fails, and says which child', () => {
  const { status, stdout } = runFile(`
    import { spawn } from 'node:child_process';
    import { test } from 'node:test';
    test('starts a child', () => void spawn('sleep', ['10.125']));
  `);
  assert.equal(status, 1);
  assert.match(stdout, /it\.test\.mjs does not end .* s after its tests/);
  assert.match(stdout, /sleep 10\.125/);
});

test('a file whose tests take longer than that ends well', () => {
  const { status, stdout } = runFile(`
    import { test } from 'node:test';
    test('waits', async () => await new Promise((resolve) => setTimeout(resolve, 900)));
  `);
  assert.equal(status, 0, stdout);
});
