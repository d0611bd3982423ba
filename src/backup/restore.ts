/** A backup put back into an empty place: checked as a whole first, visible at the end. */
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, open, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { HeadgateError } from '../domain/error.ts';
import { openDatabase, incompleteName, migrationsFolder, type StateConfig } from '../state.ts';
import type { OpenDb } from '../store/db.ts';
import { holdsState, loadState, type DumpedTable } from '../store/dump.ts';
import { MasterKey, placeMasterKey } from '../store/master-key.ts';
import { migrate, readMigrations } from '../store/migrate.ts';
import { unpacked, type OpenEntry } from './archive.ts';
import { filesPrefix, isKept, keyName, manifest, manifestName, rowsPrefix, type Manifest } from './manifest.ts';
import { openKey } from './seal.ts';

export interface RestoreSettings extends StateConfig {
  readonly masterKey?: string | undefined;
  readonly passphrase?: string | undefined;
}

export interface Restored {
  readonly created: string;
  readonly tables: number;
  readonly files: number;
}

/**
 * Throws `backup.damaged`, `backup.target` where something is in the way, `state.newer` for the backup of a newer program,
 * `secret.sealed`, `config.invalid` where the master key is missing.
 */
export async function restoreBackup(path: string, to: RestoreSettings): Promise<Restored> {
  const { about, sealed } = await examined(path);
  const known = await readMigrations(migrationsFolder);
  const wanted = known.filter(({ number }) => about.state.migrations.includes(number));
  if (wanted.length < about.state.migrations.length) {
    throw new HeadgateError('state.newer', 'restoring: the backup is of a newer program, whose state this one does not know');
  }
  const text = keyText(about, sealed, to);
  await requireEmpty(to.dataDir);
  await using parts = new AsyncDisposableStack();
  const marker = join(to.dataDir, incompleteName);
  const db = await openDatabase(to, parts);
  if (await holdsState(db.pool)) {
    throw new HeadgateError('backup.target', 'restoring: the database already holds a state');
  }
  await writeFile(marker, '');
  await migrate(db, wanted);
  const files = await load(path, about, db, to.dataDir);
  if (text !== undefined) await placeMasterKey(to.dataDir, text);
  await rm(marker);
  return { created: about.created_at, tables: about.state.tables.length, files };
}

/** Reads all of it: what is not whole is not begun with. */
async function examined(path: string): Promise<{ readonly about: Manifest; readonly sealed: Buffer | undefined }> {
  let [about, sealed]: [Manifest | undefined, Buffer | undefined] = [undefined, undefined];
  for await (const { name, content } of unpacked(path)) {
    if (name !== manifestName && name !== keyName) continue;
    const bytes = Buffer.concat(await Array.fromAsync(content));
    if (name === keyName) sealed = bytes;
    else about = readManifest(bytes);
  }
  if (!about) throw new HeadgateError('backup.damaged', `reading the backup ${path}: it does not say what it is`);
  return { about, sealed };
}

function readManifest(bytes: Buffer): Manifest {
  try {
    return manifest.parse(JSON.parse(bytes.toString('utf8')));
  } catch (cause) {
    throw new HeadgateError('backup.damaged', 'reading a backup: it is of a form that this program does not know', { cause });
  }
}

/** What is to be written beside the state; undefined = whoever starts the server gives the key. */
function keyText(about: Manifest, sealed: Buffer | undefined, { masterKey, passphrase }: RestoreSettings): string | undefined {
  const text = masterKey ?? (sealed && passphrase !== undefined ? openKey(sealed, passphrase) : undefined);
  if (text === undefined) {
    throw new HeadgateError('config.invalid', 'restoring: the master key is missing, and without it no secret can be opened', {
      hint: sealed
        ? 'give the passphrase of the backup (HEADGATE_BACKUP_PASSPHRASE) or the master key itself (HEADGATE_MASTER_KEY)'
        : 'this backup was made without a passphrase, so it has no master key: give it with HEADGATE_MASTER_KEY',
    });
  }
  if (new MasterKey(Buffer.from(text)).id !== about.master_key) {
    throw new HeadgateError('secret.sealed', `restoring: the secrets were sealed with the master key ${about.master_key}`);
  }
  return masterKey === undefined ? text : undefined;
}

async function requireEmpty(dataDir: string): Promise<void> {
  if (!existsSync(dataDir) || (await readdir(dataDir)).length === 0) return;
  throw new HeadgateError('backup.target', `restoring into ${dataDir}: it is not empty`);
}

/** Files first, each durable; the rows become visible with the last of them. Resolves to the number of files. */
async function load(path: string, about: Manifest, db: OpenDb, dataDir: string): Promise<number> {
  let files = 0;
  const entries = unpacked(path);
  await loadState(db.pool, about.state, async (put) => {
    const tables = new Map<string, DumpedTable>(about.state.tables.map((table) => [table.name, table]));
    for await (const entry of entries) {
      const table = tables.get(/^state\/([^/]+)\/\d+$/.exec(entry.name)?.[1] ?? '');
      if (table && entry.name.startsWith(rowsPrefix)) await put(table, entry.content);
      else if (entry.name.startsWith(filesPrefix)) {
        await place(entry, dataDir);
        files += 1;
      }
    }
  });
  return files;
}

/** An archive may come from anywhere: its paths stay inside, and off what is ours. */
async function place({ name, content }: OpenEntry, dataDir: string): Promise<void> {
  const path = name.slice(filesPrefix.length);
  const steps = path.split('/');
  if (!isKept(path) || steps.some((step) => step === '' || step === '.' || step === '..' || step.includes('\\'))) {
    throw new HeadgateError('backup.damaged', 'restoring: the backup holds a path that no backup of ours has');
  }
  const full = join(dataDir, path);
  await mkdir(dirname(full), { recursive: true, mode: 0o700 });
  await pipeline(Readable.from(content, { objectMode: false }), createWriteStream(full, { flags: 'wx', mode: 0o600 }));
  await using handle = await open(full, 'r+');
  await handle.sync();
}
