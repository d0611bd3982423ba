/**
 * Loaded before each test file (package.json). Node's `--test-timeout` holds for single tests: a file whose tests are over and
 * that something keeps open, as a child that does not end, would keep the whole run waiting for ever.
 */
import { spawnSync } from 'node:child_process';
import { isMainThread } from 'node:worker_threads';

/** Stopping a server and removing its folder takes seconds, also on a busy machine. */
const patienceMs = Number(process.env['TEST_PATIENCE_MS'] ?? 120_000);

function children(): string {
  const { stdout } = spawnSync('ps', ['-o', 'pid=,etimes=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' });
  return stdout?.trim() ?? '';
}

function giveUp(): void {
  const kept = process.getActiveResourcesInfo().join(', ');
  const file = process.argv[1] ?? 'a test file';
  console.error(`${file} does not end ${patienceMs / 1000} s after its tests. Open: ${kept}. Children:\n${children()}`);
  process.exit(1);
}

// The runner itself loads this, too, and so do threads, which have no tests.
if (process.env['NODE_TEST_CONTEXT'] !== undefined && isMainThread) {
  const { after } = await import('node:test');
  after(() => void setTimeout(giveUp, patienceMs).unref());
}
