/** What a workspace's own files weigh, uploaded ones among them. */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HeadgateError } from '../../domain/error.ts';
import { readyBytes } from '../../store/files.ts';
import { readLimits } from '../../store/limits.ts';
import { ownFolder } from '../room.ts';
import type { Ports } from '../operation.ts';
import { grouped } from '../../domain/count.ts';

/** Files that come and go meanwhile count or do not. */
export async function storedBytes({ db, dataDir }: Pick<Ports, 'db' | 'dataDir'>, workspace: number): Promise<number> {
  const entries = await readdir(ownFolder(dataDir, workspace), { recursive: true, withFileTypes: true }).catch(() => []);
  let all = await readyBytes(db, workspace);
  for (const entry of entries) {
    if (entry.isFile())
      all += await lstat(join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      );
  }
  return all;
}

/** Throws `limit.reached` for a workspace whose files weigh as much as they may. */
export async function requireStorage(ports: Pick<Ports, 'db' | 'dataDir'>, workspace: number): Promise<void> {
  const { storage_bytes: most } = await readLimits(ports.db, workspace);
  if (most === null || (await storedBytes(ports, workspace)) < most) return;
  throw new HeadgateError('limit.reached', `the files of this workspace may weigh ${grouped(most)} bytes`);
}
