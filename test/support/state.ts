/** A server's state in a real database, ready for operations: what tests of the API and of workers stand on. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/domain/clock.ts';
import { migrateQueue, wake } from '../../src/jobs/queue.ts';
import { loopback } from '../../src/net/addresses.ts';
import { guardedNet } from '../../src/net/net.ts';
import { newKey, tokenOf } from '../../src/operations/keys/key.ts';
import type { Ports } from '../../src/operations/operation.ts';
import { Desk } from '../../src/review/desk.ts';
import { openDb, type OpenDb } from '../../src/store/db.ts';
import { insertKey } from '../../src/store/keys.ts';
import { MasterKey } from '../../src/store/master-key.ts';
import { LocalStorage } from '../../src/storage/local.ts';
import { migrate, readMigrations } from '../../src/store/migrate.ts';
import { serverPrincipal } from '../../src/store/principals.ts';
import type { TestPostgres } from './postgres.ts';

export const migrationsFolder = join(import.meta.dirname, '..', '..', 'migrations');

export interface TestState extends AsyncDisposable {
  readonly url: string;
  readonly db: OpenDb;
  readonly ports: Ports;
  /** A token of a new key; absent workspace = all of them. */
  token(scopes: readonly string[], workspace?: number): Promise<string>;
}

export async function openState(server: TestPostgres): Promise<TestState> {
  const url = await server.database();
  const db = openDb(url);
  await migrate(db, await readMigrations(migrationsFolder));
  await migrateQueue(db.pool);
  const dataDir = await mkdtemp(join(tmpdir(), 'headgate-state-'));
  const key = new MasterKey(Buffer.from('test master key, long enough to serve'));
  const storage = new LocalStorage(join(dataDir, 'objects'));
  const reviews = new Desk();
  const fileLimits = { file: 1 << 30, workspace: 1 << 30 };
  return {
    url,
    db,
    ports: {
      db,
      key,
      dataDir,
      storage,
      fileLimits,
      wake,
      clock: systemClock,
      net: guardedNet(loopback),
      fileRoots: [],
      mails: true,
      reviews,
    },
    async token(scopes, workspace) {
      const made = newKey();
      const row = { name: 'test', kind: 'backend' as const, scopes, workspace: workspace ?? null, principal_id: serverPrincipal };
      await insertKey(db, { ...row, id: made.id, secret_hash: key.hash(made.secret) });
      return tokenOf(made);
    },
    async [Symbol.asyncDispose]() {
      await reviews[Symbol.asyncDispose]();
      await db[Symbol.asyncDispose]();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
