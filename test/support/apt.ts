import { spawnSync } from 'node:child_process';

/** Several test files may want a package at the same moment: they wait for each other. */
const patient = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3', '-o', 'Acquire::http::Timeout=60'];

/** Chromium, the largest of them, takes half a minute; a mirror that does not answer is a reason to tell of, not to wait for. */
const patienceMs = 600_000;

/** A service that comes with a package is not to be started. */
const env = { ...process.env, RUNLEVEL: '1', DEBIAN_FRONTEND: 'noninteractive' };

function aptGet(...args: readonly string[]): string | undefined {
  const { status, error, stderr } = spawnSync('apt-get', [...patient, ...args], { encoding: 'utf8', env, timeout: patienceMs });
  return status === 0 ? undefined : `apt-get ${args.join(' ')}: ${error?.message ?? stderr.trim()}`;
}

/** Unlike installing, this does not wait for another that does the same. */
function refreshList(): string | undefined {
  for (const deadline = Date.now() + patienceMs; ;) {
    const obstacle = aptGet('update', '-q');
    if (!obstacle?.includes('/lock') || Date.now() > deadline) return obstacle;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2000);
  }
}

/** Installs a Debian package as root. Resolves to what stood in the way; undefined = it is there. */
export function aptInstall(pack: string): string | undefined {
  const install = (): string | undefined => aptGet('install', '-y', '-q', '--no-install-recommends', pack);
  if (install() === undefined) return undefined;
  // A fresh machine may have no list of packages yet, or an old one.
  return refreshList() ?? install();
}
