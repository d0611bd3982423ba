/** Files of the data directory that go when they are old, and how much all of it takes. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

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

/** Files of refused rows that runs wrote before then. Resolves to how many went. */
export async function removeRejects(dataDir: string, before: Date): Promise<number> {
  let gone = 0;
  for (const folder of await workspaceFolders(dataDir)) {
    for (const name of await readdir(folder).catch(() => [])) {
      if (!name.startsWith('run_') || !name.endsWith('.rejects.csv')) continue;
      const path = join(folder, name);
      const found = await stat(path).catch(() => undefined);
      if (!found || found.mtime >= before) continue;
      await rm(path, { force: true });
      gone += 1;
    }
  }
  return gone;
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

async function workspaceFolders(dataDir: string): Promise<readonly string[]> {
  const names = await readdir(join(dataDir, 'engine')).catch(() => []);
  return names.map((name) => join(dataDir, 'engine', name));
}
