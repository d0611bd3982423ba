import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Several test files may want a package at the same moment: they wait for each other. */
const patient = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3', '-o', 'Acquire::http::Timeout=60'];

/** Chromium, the largest of them, takes half a minute; a mirror that does not answer is a reason to tell of, not to wait for. */
const patienceMs = 600_000;

/** A service that comes with a package is not to be started. */
const env = { ...process.env, RUNLEVEL: '1', DEBIAN_FRONTEND: 'noninteractive' };

/** One at a time: in images for containers an apt that has refreshed its list removes what another is about to unpack. */
const lock = join(tmpdir(), 'headgate-apt.lock');

function aptGet(...args: readonly string[]): string | undefined {
  const { status, error, stderr } = spawnSync('flock', [lock, 'apt-get', ...patient, ...args], {
    encoding: 'utf8',
    env,
    timeout: patienceMs,
  });
  return status === 0 ? undefined : `apt-get ${args.join(' ')}: ${error?.message ?? stderr.trim()}`;
}

/** Installs a Debian package as root. Resolves to what stood in the way; undefined = it is there. */
export function aptInstall(pack: string): string | undefined {
  const install = (): string | undefined => aptGet('install', '-y', '-q', '--no-install-recommends', pack);
  if (install() === undefined) return undefined;
  // A fresh machine may have no list of packages yet, or an old one.
  return aptGet('update', '-q') ?? install();
}
