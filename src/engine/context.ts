import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { asHeadgateError } from '../domain/error.ts';
import type { Context, DuckOptions, Log } from '../sdk/index.ts';
import { openDuck } from '../staging/duck.ts';
import { failpoint } from './failpoints.ts';

let opened = 0;

/** As `openDuck`, which opens in this process. */
export type OpenDuck = typeof openDuck;

export interface ContextParts {
  readonly stateDir: string;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Absent = DuckDB runs in this process. */
  readonly openDuck?: OpenDuck;
}

/**
 * A context whose scratch directory lives under the state directory and goes with it. Directories that killed processes
 * left behind are removed first: they are named after their process.
 */
export async function createContext(of: ContextParts): Promise<Context & AsyncDisposable> {
  const root = resolve(of.stateDir, 'scratch');
  const scratch = join(root, `${process.pid}-${(opened += 1)}`);
  try {
    mkdirSync(scratch, { recursive: true });
  } catch (error) {
    throw asHeadgateError(error, `creating the scratch directory ${scratch}`);
  }
  removeLeftovers(root);
  return {
    signal: of.signal,
    log: of.log,
    scratch,
    failpoint,
    duck: (options: DuckOptions = {}) => (of.openDuck ?? openDuck)(options, { scratch, signal: of.signal }),
    [Symbol.asyncDispose]: async () => rmSync(scratch, { recursive: true, force: true }),
  };
}

function removeLeftovers(root: string): void {
  for (const name of readdirSync(root)) {
    const pid = Number.parseInt(name, 10);
    if (pid === process.pid || !Number.isInteger(pid)) continue;
    try {
      process.kill(pid, 0);
    } catch {
      rmSync(join(root, name), { recursive: true, force: true });
    }
  }
}
