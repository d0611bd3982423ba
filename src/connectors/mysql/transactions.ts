import { setTimeout as wait } from 'node:timers/promises';
import { HeadgateError } from '../../domain/error.ts';
import { errorNumber } from './errors.ts';
import type { Session } from './session.ts';

/** What could still commit rows that a snapshot taken now does not show. */
export interface OpenTransactions {
  /** Could we see every session's transaction? Needs the PROCESS right; a replica does not show its primary's. */
  readonly visible: boolean;
  readonly ids: ReadonlySet<string>;
  /** Microseconds since the oldest of them, or of a statement that runs, began; 0 = there is none. */
  readonly age: number;
}

/** Of every read: all its statements see one moment. */
export const beginSnapshot = 'start transaction with consistent snapshot, read only';

const unseen: OpenTransactions = { visible: false, ids: new Set(), age: 0 };
const deniedByServer = 1227;

/** The server refreshes this list at most every 100 ms: it is current when our own transaction is in it. */
const transactionsSql = `select trx_id as id, trx_mysql_thread_id as thread, connection_id() as own,
  greatest(0, timestampdiff(microsecond, trx_started, now(6))) as age from information_schema.innodb_trx`;

/** A statement's clock is that of its beginning, which may lie before its transaction's. */
const statementsSql = `select coalesce(max(case when command in ('Query', 'Execute') then time end), -1) as age,
  coalesce(sum(command like 'Slave%' or command like 'Replica%' or user = 'system user' and command = 'Connect'), 0) as replicas
from information_schema.processlist where id <> connection_id()`;

/** Must run inside a transaction of the session. Leaves the session's time zone at UTC. */
export async function openTransactions(session: Session): Promise<OpenTransactions> {
  const doing = 'looking for open transactions';
  // The list has the server's own local time.
  await session.rows(`set session time_zone = 'SYSTEM'`, doing);
  try {
    for (let tries = 0; tries < 20; tries++) {
      const rows = await session.rows(transactionsSql, doing);
      if (!rows.some((row) => row['thread'] === row['own'])) {
        await wait(110);
        continue;
      }
      const others = rows.filter((row) => row['thread'] !== row['own']);
      const statements = await session.row(statementsSql, doing);
      const running = Number(statements['age']);
      const ages = [...others.map((row) => Number(row['age'])), ...(running >= 0 ? [(running + 1) * 1_000_000] : [])];
      return {
        visible: Number(statements['replicas']) === 0,
        ids: new Set(others.map((row) => `${row['thread']}:${row['id']}`)),
        age: Math.max(0, ...ages),
      };
    }
    return unseen;
  } catch (error) {
    if (error instanceof HeadgateError && errorNumber(error) === deniedByServer) return unseen;
    throw error;
  } finally {
    if (session.alive) await session.rows(`set session time_zone = '+00:00'`, doing);
  }
}
