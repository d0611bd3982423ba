import type { Finding } from '../../sdk/index.ts';
import type { Session } from './session.ts';

/** What is worth knowing about a server that answers. */
export function describeServer({ server: { product, version, tooOld } }: Session): readonly Finding[] {
  const info: Finding = { level: 'info', code: 'server', message: `${product} ${version}` };
  if (!tooOld) return [info];
  return [
    info,
    { level: 'warning', code: 'server', message: 'this version is older than those that are tested (MariaDB 10.11, MySQL 8)' },
  ];
}
