import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { aptInstall } from './apt.ts';
import { unprivileged, type Account } from './private-server.ts';

export interface Binaries {
  readonly server: string;
  readonly install: string;
  readonly account: Account;
}

const folders = (): readonly string[] => [
  ...(process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== ''),
  '/usr/sbin',
  '/usr/bin',
  '/usr/local/bin',
  '/usr/local/sbin',
  '/opt/homebrew/bin',
];

const program = (names: readonly string[]): string | undefined =>
  folders()
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => existsSync(path));

/** Both programs, if they are here and run as the account; else the reason. */
function usable(account: Account): Binaries | string {
  const server = program(['mariadbd']);
  const install = program(['mariadb-install-db']);
  if (server === undefined || install === undefined)
    return 'no mariadbd and mariadb-install-db on the PATH or in the usual places';
  const { status, error, stderr } = spawnSync(server, ['--no-defaults', '--version'], { ...account, cwd: '/', encoding: 'utf8' });
  return error || status !== 0 ? `${server}: ${error?.message ?? stderr.trim()}` : { server, install, account };
}

async function search(): Promise<Binaries> {
  const account = await unprivileged('mysql');
  const found = usable(account);
  if (typeof found !== 'string') return found;
  const obstacles = [found];
  if (account.uid !== undefined && existsSync('/usr/bin/apt-get')) {
    const obstacle = aptInstall('mariadb-server');
    if (obstacle !== undefined) obstacles.push(obstacle);
    const installed = usable(account);
    if (typeof installed !== 'string') return installed;
    obstacles.push(installed);
  }
  throw new Error(`finding a MariaDB server for the tests:\n  ${obstacles.join('\n  ')}`);
}

let found: Promise<Binaries> | undefined;

/** Where the server lies and who may run it: the system's, or one that apt installs. */
export function findBinaries(): Promise<Binaries> {
  return (found ??= search());
}
