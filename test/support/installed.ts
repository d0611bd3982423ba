import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** The first of these programs that is there; where none is and we are root, apt installs `pack`. Throws with the reason. */
export function installed(programs: readonly string[], pack: string): string {
  const find = (): string | undefined => programs.find((path) => existsSync(path));
  const found = find();
  if (found !== undefined) return found;
  // A service that comes with it is not to be started.
  const env = { ...process.env, RUNLEVEL: '1', DEBIAN_FRONTEND: 'noninteractive' };
  const { stderr } = spawnSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', pack], { encoding: 'utf8', env });
  const now = find();
  if (now !== undefined) return now;
  throw new Error(
    `looking for ${programs.join(' or ')}: apt-get install ${pack}: ${(stderr ?? '').trim() || 'there is no apt-get'}`,
  );
}
