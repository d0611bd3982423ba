import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { backupStopped } from '../../app.ts';
import { unpacked } from '../../backup/archive.ts';
import { flushed } from '../../backup/make.ts';
import { restoreBackup } from '../../backup/restore.ts';
import { readConfig, type Config } from '../../config.ts';
import { HeadgateError } from '../../domain/error.ts';
import { connectServer } from '../client.ts';
import type { Arguments, Command, World } from '../command.ts';
import { exit } from '../exit.ts';
import { ownPackage } from '../package-info.ts';
import { size } from '../render/amount.ts';

/** The server that runs on the data directory makes it, else this process does. */
export const backup: Command = async (args, world) => {
  const [file = ''] = args.positionals;
  const [path, passphrase] = [resolve(file), passphraseOf(world)];
  // Beside its place, so that a name never stands for half a backup.
  const draft = `${path}.part`;
  const write = async (archive: Readable): Promise<void> =>
    await pipeline(archive, createWriteStream(draft, { mode: 0o600 }), { signal: world.signal });
  try {
    await either(args, world, passphrase, write);
    let entries = 0;
    for await (const _entry of unpacked(draft)) entries += 1;
    const bytes = await flushed(draft);
    await rename(draft, path);
    await flushed(path);
    await told(world, { file: path, bytes, entries, key: passphrase !== undefined });
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  return exit.done;
};

async function either(
  args: Arguments,
  world: World,
  passphrase: string | undefined,
  write: (archive: Readable) => Promise<void>,
): Promise<void> {
  if (args.values.url === undefined) {
    try {
      await backupStopped(configOf(args, world), ownPackage().version, passphrase, world.signal, write);
      return;
    } catch (error) {
      if (!(error instanceof HeadgateError && error.code === 'state.locked')) throw error;
    }
  }
  const client = await connectServer(world, args.values);
  await write(await client.stream('backup.create', passphrase === undefined ? {} : { passphrase }));
}

export const restore: Command = async (args, world) => {
  const [file = ''] = args.positionals;
  const config = configOf(args, world);
  const restored = await restoreBackup(resolve(file), { ...config, passphrase: passphraseOf(world), role: 'all' });
  const { created, tables, files } = restored;
  const { terminal } = world;
  if (terminal.json) await terminal.record('restored', { ...restored, data_dir: config.dataDir });
  else {
    await terminal.result(`restored into ${config.dataDir}: ${tables} tables and ${files} files, as they were at ${created}`);
    await terminal.result('the server that made it must not run any more: both would carry out the same runs');
  }
  return exit.done;
};

function configOf({ values }: Arguments, { env, stateDir }: World): Config {
  const options = { dataDir: values['data-dir'], databaseUrl: values['database-url'], role: 'worker' };
  return readConfig({ HEADGATE_DATA_DIR: stateDir, ...env }, options);
}

function passphraseOf({ env }: World): string | undefined {
  const passphrase = env['HEADGATE_BACKUP_PASSPHRASE'] || undefined;
  if (passphrase === undefined || passphrase.length >= 12) return passphrase;
  throw new HeadgateError('config.invalid', 'HEADGATE_BACKUP_PASSPHRASE: at least 12 characters');
}

async function told(
  { terminal }: World,
  made: { readonly file: string; readonly bytes: number; readonly entries: number; readonly key: boolean },
): Promise<void> {
  if (terminal.json) return await terminal.record('backup', made);
  await terminal.result(`${made.file}  ${size(made.bytes)}, checked`);
  if (made.key) return;
  terminal.note(
    'the master key is not in it: keep HEADGATE_MASTER_KEY or master.key apart, or set HEADGATE_BACKUP_PASSPHRASE to put it in, sealed',
  );
}
