/** What is over goes: files whose time has come, and bytes in the storage that belong to none. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../domain/clock.ts';
import type { Storage } from '../storage/storage.ts';
import type { Db, OpenDb } from '../store/db.ts';
import { expireFiles } from '../store/files.ts';
import { deleteObject, dropAll, goneObjects, maySweep, postponeObject } from '../store/objects.ts';

const lookMs = 5_000;
/** Of one transaction. */
const batch = 1000;
/** Storages are slow, and a transaction holds a session of the database. */
const fewObjects = 20;
const againMs = 5 * 60_000;

/** Whoever has waited for files of a workspace hears that they will not come, in the transaction in which they expire. */
export type Expired = (tx: Db, workspace: number, files: readonly string[]) => Promise<void>;

/** Files of all workspaces that have expired. Their bytes go later: nothing here waits for a storage. */
export async function expireUploads(db: Db, now: Date, expired?: Expired): Promise<void> {
  for (let made = batch; made >= batch;) {
    made = await db.tx(async (tx) => {
      const files = await expireFiles(tx, now, batch);
      const ids = files.map(({ id }) => id);
      if (ids.length > 0) await dropAll(tx, ids, now);
      const byWorkspace = Map.groupBy(files, ({ workspace_id }) => Number(workspace_id));
      for (const [workspace, own] of byWorkspace)
        await expired?.(
          tx,
          workspace,
          own.map(({ id }) => id),
        );
      return files.length;
    });
  }
}

/** Deletes what is gone by now. Resolves to the number of objects, among them those that have to wait for their storage. */
export async function sweepObjects(db: Db, storage: Storage, now: Date): Promise<number> {
  return await db.tx(async (tx) => {
    if (!(await maySweep(tx))) return 0;
    const objects = await goneObjects(tx, now, fewObjects);
    for (const { key, upload } of objects) {
      try {
        if (upload !== null) await storage.abort(key, upload);
        await storage.delete(key);
        await deleteObject(tx, key);
      } catch {
        await postponeObject(tx, key, new Date(now.getTime() + againMs));
      }
    }
    return objects.length;
  });
}

export interface Sweeper {
  /** Waits for the sweep at work. */
  stop(): Promise<void>;
}

/** There may be any number of them: they take turns. */
export function startSweeper(db: OpenDb, storage: Storage, clock: Clock): Sweeper {
  const ending = new AbortController();
  const loop = (async (): Promise<void> => {
    while (!ending.signal.aborted) {
      // The database is away: what is gone is still gone later.
      const found = await sweepObjects(db, storage, clock.now()).catch(() => 0);
      if (found < fewObjects) await wait(lookMs, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  })();
  return {
    async stop() {
      ending.abort();
      await loop;
    },
  };
}
