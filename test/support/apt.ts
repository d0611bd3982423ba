import { spawnSync } from 'node:child_process';

/** Several test files may want a package at the same moment: they wait for each other. */
const patient = ['-o', 'DPkg::Lock::Timeout=900', '-o', 'Acquire::Retries=3'];

/** A service that comes with a package is not to be started. */
const env = { ...process.env, RUNLEVEL: '1', DEBIAN_FRONTEND: 'noninteractive' };

function aptGet(...args: readonly string[]): string | undefined {
  const { status, error, stderr } = spawnSync('apt-get', [...patient, ...args], { encoding: 'utf8', env });
  return status === 0 ? undefined : `apt-get ${args.join(' ')}: ${error?.message ?? stderr.trim()}`;
}

/** Installs a Debian package as root. Resolves to what stood in the way; undefined = it is there. */
export function aptInstall(pack: string): string | undefined {
  const install = (): string | undefined => aptGet('install', '-y', '-q', '--no-install-recommends', pack);
  if (install() === undefined) return undefined;
  // A fresh machine may have no list of packages yet, or an old one.
  return aptGet('update', '-q') ?? install();
}
