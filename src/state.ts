/** The state of an installation, opened: what a server, a rotation of keys, a backup and a restore begin with. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from './config.ts';
import { asHeadgateError, HeadgateError } from './domain/error.ts';
import { migrateQueue } from './jobs/queue.ts';
import { openDb, type OpenDb } from './store/db.ts';
import { startEmbedded } from './store/embedded/server.ts';
import { lockDataDir } from './store/lock.ts';
import { migrate, readMigrations } from './store/migrate.ts';

export const migrationsFolder = fileURLToPath(new URL('../migrations', import.meta.url));

/** Lies in a data directory while something is put back into it. */
export const incompleteName = 'restore.incomplete';

export type StateConfig = Pick<Config, 'dataDir' | 'databaseUrl' | 'role' | 'concurrency'>;

/**
 * The database, at the version of this program, with its queue. What is opened on the way is added to `parts`. Throws
 * `state.locked`, `state.embedded`, `state.newer`, `state.unreachable`.
 */
export async function openState(config: StateConfig, parts: AsyncDisposableStack): Promise<OpenDb> {
  const db = await openDatabase(config, parts);
  await migrate(db, await readMigrations(migrationsFolder));
  await migrateQueue(db.pool);
  return db;
}

/** The database as it is. A worker on somebody else's database shares the data directory's machine, and needs no lock. */
export async function openDatabase(config: StateConfig, parts: AsyncDisposableStack): Promise<OpenDb> {
  const { dataDir, databaseUrl, role, concurrency } = config;
  await mkdir(dataDir, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw asHeadgateError(error, `creating the data directory ${dataDir}`);
  });
  if (existsSync(join(dataDir, incompleteName))) {
    throw new HeadgateError('backup.target', `opening ${dataDir}: a restore into it was cut off`, {
      hint: 'delete the directory and restore again',
    });
  }
  if (databaseUrl === undefined || role !== 'worker') parts.use(await lockDataDir(dataDir));
  return parts.use(openDb(databaseUrl ?? parts.use(await startEmbedded(dataDir)).url, 10 + concurrency));
}
