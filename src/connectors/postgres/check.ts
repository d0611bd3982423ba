import type { Finding } from '../../sdk/index.ts';
import type { Session } from './session.ts';

/** The oldest server whose catalog and range scans we use. */
const oldestVersion = 130000;

export async function describeServer(session: Session): Promise<readonly Finding[]> {
  const facts = await session.row(
    `select current_setting('server_version') as version, current_setting('server_version_num') as number,
       current_setting('server_encoding') as encoding, pg_is_in_recovery()::text as standby,
       pg_has_role(current_user, 'pg_read_all_stats', 'usage')::text as sees`,
    'looking at the server',
  );
  const findings: Finding[] = [{ level: 'info', code: 'server.version', message: `PostgreSQL ${facts.version}` }];
  if (Number(facts.number) < oldestVersion) {
    findings.push({
      level: 'error',
      code: 'server.version',
      message: `PostgreSQL ${facts.version} is too old`,
      hint: 'use 13 or newer',
    });
  }
  if (facts.encoding === 'SQL_ASCII') {
    findings.push({
      level: 'warning',
      code: 'server.encoding',
      message: 'the database does not know the encoding of its text (SQL_ASCII): bytes that are not UTF-8 stop a load',
    });
  }
  if (facts.standby === 'true' || facts.sees !== 'true') {
    findings.push({
      level: 'info',
      code: 'server.transactions',
      message: "other users' open transactions cannot be seen from here: incremental reads look back 10 minutes instead",
      hint: facts.standby === 'true' ? 'read from the primary' : 'grant pg_read_all_stats to this role',
    });
  }
  return findings;
}
