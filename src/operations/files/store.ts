/** A file that a run has made, among those that people upload: it belongs to the owner of the pipeline. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { newId } from '../../domain/ids.ts';
import { insertFile, markDeleted } from '../../store/files.ts';
import { listGrants, setGrant } from '../../store/grants.ts';
import { dropObject, dropOthers, insertObject } from '../../store/objects.ts';
import type { Ports } from '../operation.ts';
import { newStorageKey, requireRoom } from './file.ts';
import { becomeReady } from './upload.ts';

/** As long as nobody says how long it is wanted. */
const keptMs = 30 * 86_400_000;
const pendingMs = 86_400_000;

interface Made {
  readonly name: string;
  /** On this machine. */
  readonly path: string;
  /** A media type; absent = bytes. */
  readonly type?: string;
}

/** Resolves to its id. Throws `upload.large`, `disk.full`, `storage.unreachable`. */
export async function storeFile(
  ports: Pick<Ports, 'db' | 'clock' | 'storage' | 'fileLimits'>,
  { workspace, pipeline }: { readonly workspace: number; readonly pipeline: { readonly id: string } },
  { name, path, type = 'application/octet-stream' }: Made,
): Promise<string> {
  const { db, clock, storage } = ports;
  const now = clock.now();
  const { size } = await stat(path);
  const id = newId('file');
  const key = newStorageKey(workspace, id);
  const goneBy = new Date(now.getTime() + pendingMs);
  const owner = (await listGrants(db, workspace, pipeline.id)).find(({ principal_id }) => principal_id !== null)?.principal_id;
  await db.tx(async (tx) => {
    await insertFile(tx, workspace, {
      id,
      name,
      size,
      content_type: type,
      sha256: null,
      md5: null,
      crc32: null,
      pending_until: goneBy,
      expires_at: new Date(now.getTime() + keptMs),
      created_at: now,
    });
    if (owner != null) await setGrant(tx, workspace, id, { principal: owner }, 'own');
    await insertObject(tx, workspace, { key, upload: null, file: id, goneBy });
  });
  try {
    await requireRoom({ ...ports, workspace }, id, size);
    if (!(await storage.adopt?.(key, path))) await storage.put(key, createReadStream(path), size);
    await becomeReady({ db, workspace, clock }, id, key, size, {});
    return id;
  } catch (error) {
    await dropObject(db, workspace, key, clock.now()).catch(() => undefined);
    throw error;
  }
}

/** Nobody reads it any more, and its bytes go soon after. */
export async function discardFile({ db, clock }: Pick<Ports, 'db' | 'clock'>, workspace: number, id: string): Promise<void> {
  await db.tx(async (tx) => {
    await markDeleted(tx, workspace, id);
    await dropOthers(tx, workspace, id, clock.now());
  });
}
