/** A session of its own that hears what other processes say. What is said while it is away is lost: listeners also look by themselves. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';

const againMs = 1_000;

/** Resolves when it hears. A session that is lost is opened again. */
export async function listen(pool: Pool, channel: string, heard: (message: string) => void): Promise<AsyncDisposable> {
  const ending = new AbortController();
  const { promise: hearing, resolve: hears } = Promise.withResolvers<void>();
  const loop = (async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await hearOnce(pool, channel, heard, hears, ending.signal).catch(() => undefined);
      // The first attempt counts as made: a server starts also while its database is busy.
      hears();
      await wait(againMs, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  })();
  await hearing;
  return {
    async [Symbol.asyncDispose]() {
      ending.abort();
      await loop;
    },
  };
}

/** Until the session is lost or nobody wants to hear any more. */
async function hearOnce(
  pool: Pool,
  channel: string,
  heard: (message: string) => void,
  hears: () => void,
  signal: AbortSignal,
): Promise<void> {
  const client: PoolClient = await pool.connect();
  const lost = new Promise<void>((done) => {
    client.once('error', () => done()).once('end', () => done());
    signal.addEventListener('abort', () => done(), { once: true });
  });
  client.on('notification', ({ payload }) => heard(payload ?? ''));
  try {
    await client.query(`listen ${channel}`);
    hears();
    await lost;
  } finally {
    // Nobody else gets a session that listens.
    client.release(true);
  }
}
