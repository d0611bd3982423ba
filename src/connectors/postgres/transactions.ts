import { HeadgateError } from '../../domain/error.ts';
import { quoteText } from '../_sql/names.ts';
import { sqlState } from '../_pg/errors.ts';
import type { BoundFacts } from './position.ts';
import { defaultLookback } from '../_sql/cursor.ts';
import type { Session } from './session.ts';

/** Of every read: all its statements see one moment. */
export const beginSnapshot = 'begin isolation level repeatable read read only';

/** Invalid parameter, undefined object: what servers say of a snapshot that nobody holds any more. */
const goneStates: readonly (string | undefined)[] = ['22023', '42704'];

/** Throws `read.incomplete` where whoever exported the snapshot has let go of it. */
export async function useSnapshot(session: Session, id: string, doing: string): Promise<void> {
  try {
    await session.rows(`set transaction snapshot ${quoteText(id)}`, doing);
  } catch (error) {
    if (!goneStates.includes(sqlState(error))) throw error;
    throw new HeadgateError('read.incomplete', `${doing}: the snapshot that its partitions share is gone`, { cause: error });
  }
}

/** What could still commit rows that a snapshot taken after `now` does not show. */
export interface OpenTransactions extends BoundFacts {
  readonly count: number;
  /** Could we see every session's transaction? A standby shows none of its primary's. */
  readonly visible: boolean;
  /** How far the server's log had been written; null on a standby. */
  readonly lsn: string | null;
  readonly warnings: readonly string[];
}

/**
 * Sessions of other roles hide when their transaction began, unless we may read all statistics. A prepared transaction
 * only tells when it was prepared; its rows are older, so it counts as begun a lookback earlier.
 * The zone is what a new session of ours would have had: the database's own setting.
 */
const openSql = `
  with sessions as (
    select xact_start, pg_has_role(usesysid, 'usage') or pg_has_role('pg_read_all_stats', 'usage') as seen
    from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
      and coalesce(backend_type, '') not in ('autovacuum worker', 'walsender')
  ),
  prepared as (
    select prepared - interval '${defaultLookback}' as xact_start from pg_prepared_xacts where database = current_database()
  ),
  open as (select xact_start from sessions where xact_start is not null union all select xact_start from prepared)
  select (select min(xact_start)::text from open) as oldest,
    (select count(*)::text from open) as count,
    (select count(*)::text from prepared) as prepared,
    (not pg_is_in_recovery() and (select coalesce(bool_and(seen), true) from sessions))::text as visible,
    (select reset_val from pg_settings where name = 'TimeZone') as zone,
    case when not pg_is_in_recovery() then pg_current_wal_insert_lsn() end::text as lsn`;

/** Runs outside of a transaction, before the snapshot that it is about. The clock is read before the sessions are. */
export async function openTransactions(session: Session): Promise<OpenTransactions> {
  const doing = 'looking for open transactions';
  const clock = await session.row('select clock_timestamp()::text as now', doing);
  const row = await session.row(openSql, doing);
  const prepared = Number(row.prepared) > 0;
  return {
    now: clock.now ?? '',
    oldest: row.oldest ?? null,
    zone: row.zone ?? 'UTC',
    count: Number(row.count),
    visible: row.visible === 'true',
    lsn: row.lsn ?? null,
    warnings: prepared
      ? [`prepared transactions are open: they count as begun ${defaultLookback} before they were prepared`]
      : [],
  };
}

/**
 * Looks again once the snapshot is taken. A transaction that began between the first look and the snapshot has no number
 * there yet, though it may hold a lower sequence value: it is still open now, or it has ended and thus written to the log.
 */
export async function countAgain(session: Session, before: OpenTransactions): Promise<OpenTransactions> {
  const row = await session.row(openSql, 'looking for open transactions');
  const moved = row.lsn === before.lsn ? 0 : 1;
  return {
    ...before,
    count: Math.max(before.count, Number(row.count), moved),
    visible: before.visible && row.visible === 'true',
  };
}
