import { mkdirSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { asHeadgateError } from '../domain/error.ts';
import { guardedFiles, personalFiles } from '../files/folders.ts';
import { withUploads, type FetchUpload } from '../files/uploads.ts';
import { personalNet } from '../net/net.ts';
import type { Context, DuckOptions, Log, Net } from '../sdk/index.ts';
import { openDuck } from '../staging/duck.ts';
import { failpoint } from './failpoints.ts';

let opened = 0;

/** As `openDuck`, which opens in this process. */
export type OpenDuck = typeof openDuck;

/** What a service lets its users' connections reach. Folders: the workspace's own first. */
export interface Reach {
  readonly net: Net;
  readonly folders: readonly [string, ...string[]];
  /** Absent = there are none. */
  readonly uploads?: FetchUpload;
}

/**
 * A context whose scratch directory lives under the state directory and goes with it. Directories that killed processes
 * left behind are removed first: they are named after their process.
 */
export async function createContext(of: {
  readonly stateDir: string;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Absent = whatever the person who runs the process may. */
  readonly reach?: Reach;
  /** Absent = DuckDB runs in this process. */
  readonly openDuck?: OpenDuck;
}): Promise<Context & AsyncDisposable> {
  const root = resolve(of.stateDir, 'scratch');
  const scratch = join(root, `${process.pid}-${(opened += 1)}`);
  try {
    mkdirSync(scratch, { recursive: true });
  } catch (error) {
    throw asHeadgateError(error, `creating the scratch directory ${scratch}`);
  }
  removeLeftovers(root);
  const guarded = of.reach && (await guardedFiles(...of.reach.folders));
  // Statements may hold what users wrote, and DuckDB reads files: it gets no others than they do.
  const within = guarded && [realpathSync(root), ...guarded.folders];
  const fetch = of.reach?.uploads;
  const place = { scratch, signal: of.signal };
  const files = guarded && fetch ? withUploads(guarded, async (id) => await fetch(id, place)) : guarded;
  return {
    signal: of.signal,
    log: of.log,
    scratch,
    net: of.reach?.net ?? personalNet(),
    files: files ?? personalFiles,
    failpoint,
    duck: (options: DuckOptions = {}) =>
      (of.openDuck ?? openDuck)(options, { scratch, signal: of.signal, ...(within && { within }) }),
    [Symbol.asyncDispose]: async () => {
      await guarded?.[Symbol.asyncDispose]();
      rmSync(scratch, { recursive: true, force: true });
    },
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
