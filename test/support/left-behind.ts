/** States of data directories that tests have had: where their server's account could not enter those, they lie elsewhere, 45 MB each. */
import { existsSync, globSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { sharedRoot } from '../../src/store/embedded/binaries.ts';

/** Also those of a test that was killed: whose data directory is gone belongs to nobody. */
function removeLeftBehind(): void {
  for (const path of globSync(join(sharedRoot, 'state-*', 'data-dir'))) if (isGone(path)) remove(dirname(path));
}

function isGone(path: string): boolean {
  try {
    const dataDir = readFileSync(path, 'utf8').trimEnd();
    return dataDir.startsWith(join(tmpdir(), 'headgate-')) && !existsSync(dataDir);
  } catch {
    // Another test has removed it.
    return false;
  }
}

/** A database that is just ending removes files of its own: `rmSync` takes what is missing for its end, without a word. */
function remove(folder: string): void {
  for (let attempt = 0; attempt < 20 && existsSync(folder); attempt++) {
    if (attempt > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // Files came meanwhile.
    }
  }
}

process.once('exit', removeLeftBehind);
