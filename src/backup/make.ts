/** A backup of a whole installation, as it is at work: the state at one moment, each warehouse at one moment, the other files. */
import { open, readdir, stat } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { createContext } from '../engine/context.ts';
import { silent } from '../operations/log.ts';
import type { Ports } from '../operations/operation.ts';
import { roomOf } from '../operations/room.ts';
import type { OpenDb } from '../store/db.ts';
import { dumpState, type StateDump } from '../store/dump.ts';
import { packed, type Entry } from './archive.ts';
import { isWarehouseFile, warehouseCopy } from '../warehouse/copy.ts';
import { filesPrefix, isKept, keyName, manifestName, rowsPrefix, type Manifest } from './manifest.ts';
import { sealKey } from './seal.ts';

/** Rows are cut into entries of this size: an entry says its length before its bytes. */
const pieceBytes = 4 * 1024 * 1024;

export interface Installation extends Pick<Ports, 'dataDir' | 'net' | 'fileRoots' | 'openDuck' | 'key'> {
  readonly db: OpenDb;
  /** Of this program. */
  readonly version: string;
  /** What the master key is made of. */
  readonly masterKey: string;
}

/** `passphrase` absent = without the master key: whoever restores needs it. Throws `backup.target`. */
export function makeBackup(of: Installation, passphrase: string | undefined, signal: AbortSignal): Readable {
  return packed(entriesOf(of, passphrase, signal));
}

async function* entriesOf(of: Installation, passphrase: string | undefined, signal: AbortSignal): AsyncGenerator<Entry> {
  // The ledgers of destinations know what was published: a state that is older than a warehouse doubles nothing.
  await using dump = await dumpState(of.db.pool);
  const manifest: Manifest = {
    format: 1,
    program: of.version,
    created_at: new Date().toISOString(),
    master_key: of.key.id,
    state: {
      migrations: [...dump.shape.migrations],
      tables: dump.shape.tables.map(({ name, columns }) => ({ name, columns: [...columns] })),
      sequences: [...dump.shape.sequences],
    },
  };
  yield whole(manifestName, Buffer.from(JSON.stringify(manifest, undefined, 2)));
  if (passphrase !== undefined) yield whole(keyName, sealKey(of.masterKey, passphrase));
  yield* rowsOf(dump, signal);
  yield* filesOf(of, signal);
}

const whole = (name: string, content: Buffer): Entry => ({ name, size: content.length, content: [content] });

async function* rowsOf(dump: StateDump, signal: AbortSignal): AsyncGenerator<Entry> {
  for (const table of dump.shape.tables) {
    let [at, held, bytes]: [number, Buffer[], number] = [0, [], 0];
    const piece = (): Entry => whole(`${rowsPrefix}${table.name}/${String((at += 1)).padStart(8, '0')}`, Buffer.concat(held));
    for await (const chunk of dump.rows(table)) {
      signal.throwIfAborted();
      held.push(chunk);
      bytes += chunk.length;
      if (bytes < pieceBytes) continue;
      yield piece();
      [held, bytes] = [[], 0];
    }
    if (bytes > 0) yield piece();
  }
}

async function* filesOf(of: Installation, signal: AbortSignal): AsyncGenerator<Entry> {
  for await (const path of keptFiles(of.dataDir)) {
    signal.throwIfAborted();
    const full = join(of.dataDir, path);
    const name = `${filesPrefix}${path}`;
    const [, workspace] = /^files\/(\d+)\//.exec(path) ?? [];
    if (workspace === undefined || !(await isWarehouseFile(full))) {
      yield* fileOf(name, full);
      continue;
    }
    // Whoever owns the file makes the copy: bytes that are being written are no backup.
    await using room = await createContext({ ...roomOf(of, Number(workspace)), signal, log: silent });
    yield* fileOf(name, await warehouseCopy(full, room));
  }
}

/** One that has gone in the meantime is none of a backup's business. */
async function* fileOf(name: string, path: string): AsyncGenerator<Entry> {
  const size = await stat(path).then(
    (found) => found.size,
    () => undefined,
  );
  if (size !== undefined) yield { name, size, content: size === 0 ? [] : createReadStream(path) };
}

/** In order; links and what is no file are left out. */
async function* keptFiles(dataDir: string, under = ''): AsyncGenerator<string> {
  const entries = await readdir(join(dataDir, under), { withFileTypes: true }).catch(() => []);
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = under === '' ? entry.name : `${under}/${entry.name}`;
    if (!isKept(path)) continue;
    if (entry.isDirectory()) yield* keptFiles(dataDir, path);
    // What a warehouse has not yet put in its place is in its copy.
    else if (entry.isFile() && !(path.endsWith('.wal') && (await isWarehouseFile(join(dataDir, path.slice(0, -4)))))) yield path;
  }
}

/** An archive on disk, durable under its own name or not there at all. Resolves to its size in bytes. */
export async function flushed(path: string): Promise<number> {
  await using handle = await open(path, 'r+');
  await handle.sync();
  return (await handle.stat()).size;
}
