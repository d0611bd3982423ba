/** What the connector's tests against a server share. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../../sdk/index.ts';

/** A context as a run gives one, without what this connector does not use. */
export async function testContext(signal: AbortSignal = new AbortController().signal): Promise<Context & AsyncDisposable> {
  const scratch = await mkdtemp(join(tmpdir(), 'headgate-mysql-'));
  return {
    signal,
    scratch,
    log: { info: () => undefined, warn: () => undefined },
    duck: () => Promise.reject(new Error('MySQL needs no DuckDB')),
    failpoint: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => rm(scratch, { recursive: true, force: true }),
  };
}
