import type { Finding } from '../../sdk/index.ts';
import type { Session } from './session.ts';

/** What is worth knowing about a server that answers. */
export async function describeServer(session: Session): Promise<readonly Finding[]> {
  const { version } = await session.row('select version() as version', 'asking for the version');
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  const old = session.mariadb ? major < 10 || (major === 10 && minor < 6) : major < 8;
  const info: Finding = { level: 'info', code: 'server', message: `${session.mariadb ? 'MariaDB' : 'MySQL'} ${version}` };
  if (!old) return [info];
  return [
    info,
    { level: 'warning', code: 'server', message: 'this version is older than those that are tested (MariaDB 10.11, MySQL 8)' },
  ];
}
