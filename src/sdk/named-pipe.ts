import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Makes a pipe that has a path, for a reader or a writer that takes nothing else. False where this machine has none. */
export async function makePipe(path: string): Promise<boolean> {
  try {
    await promisify(execFile)('mkfifo', ['-m', '600', path]);
    return true;
  } catch {
    return false;
  }
}
