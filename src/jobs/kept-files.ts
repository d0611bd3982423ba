/** Files of the data directory that go when they are old, and how much all of it takes. */
import { readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** Every file below a folder; none where there is no such folder. */
async function* filesBelow(folder: string): AsyncGenerator<{ readonly path: string; readonly bytes: number; readonly at: Date }> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile()) {
      // One that has gone in the meantime takes no room.
      const found = await stat(path).catch(() => undefined);
      if (found) yield { path, bytes: found.size, at: found.mtime };
    }
  }
}

export async function bytesBelow(folder: string): Promise<number> {
  let bytes = 0;
  for await (const file of filesBelow(folder)) bytes += file.bytes;
  return bytes;
}

/** Scratch of processes that are not there any more: a killed one leaves it behind, and its workspace may never run again. */
export async function removeScratch(dataDir: string, isAlive: (pid: number) => boolean): Promise<number> {
  let gone = 0;
  for (const folder of await workspaceFolders(dataDir)) {
    for (const name of await readdir(join(folder, 'scratch')).catch(() => [])) {
      const pid = Number.parseInt(name, 10);
      if (!Number.isInteger(pid) || isAlive(pid)) continue;
      await rm(join(folder, 'scratch', name), { recursive: true, force: true });
      gone += 1;
    }
  }
  return gone;
}

/**
 * Rows of reviews that nobody can open any more: their link has ended, or they have. They could be made again. What else lies there is
 * somebody's at work. `open`: which of some reviews of a workspace are.
 */
export async function removeReviewRows(
  dataDir: string,
  open: (workspace: number, ids: readonly string[]) => Promise<ReadonlySet<string>>,
): Promise<number> {
  let gone = 0;
  for (const folder of await workspaceFolders(dataDir)) {
    const names = await readdir(join(folder, 'reviews')).catch(() => []);
    const files = names.flatMap((name) => {
      const [, id] = /^([0-9a-f-]{36})\./.exec(name) ?? [];
      return id === undefined ? [] : [{ id, name }];
    });
    const kept =
      files.length === 0 ? new Set<string>() : await open(Number(basename(folder)), [...new Set(files.map(({ id }) => id))]);
    for (const { name } of files.filter(({ id }) => !kept.has(id))) {
      await rm(join(folder, 'reviews', name), { recursive: true, force: true });
      gone += 1;
    }
  }
  return gone;
}

async function workspaceFolders(dataDir: string): Promise<readonly string[]> {
  const names = await readdir(join(dataDir, 'engine')).catch(() => []);
  return names.map((name) => join(dataDir, 'engine', name));
}
