/**
 * MySQL commits before and after every statement that makes, renames or drops a table, so those cannot be part of the
 * publish's transaction. What a publish does to the structure is therefore written down before it is done, and undone by
 * whoever comes next when the ledger does not know the publish's token:
 *
 * - a new table is made empty; its rows come in the transaction. Undone: the table is dropped while it is empty.
 * - a table that is made again with another structure is loaded beside the old one; both change places while the fence is
 *   held, and the old one is dropped once the ledger has the token. Undone: the old one comes back.
 */
import { HeadgateError } from '../../domain/error.ts';
import { quoteName, quoteText } from '../_sql/names.ts';
import { ledgerTable, pendingTable } from './names.ts';
import type { Session } from './session.ts';

export interface Pending {
  readonly token: string;
  readonly pipeline: string;
  /** The table that the publish makes. */
  readonly made: string;
  /** The name under which the old table waits; null = there was none. */
  readonly kept: string | null;
}

const doing = 'undoing a publish that did not happen';

export async function writeDown(session: Session, { token, pipeline, made, kept }: Pending): Promise<void> {
  const values = [token, pipeline, made].map(quoteText);
  await session.rows(
    `replace into ${pendingTable} (token, pipeline, made, kept) values (${values.join(', ')}, ${kept === null ? 'null' : quoteText(kept)})`,
    'publishing: preparing a table',
  );
}

export async function exists(session: Session, table: string): Promise<boolean> {
  const rows = await session.rows(
    `select 1 as found from information_schema.tables where table_schema = ${quoteText(session.database)} and table_name = ${quoteText(table)}`,
    doing,
  );
  return rows.length > 0;
}

/** Brings the structure to what the ledger says: of one token, or of all that a pipeline has left behind. */
export async function recover(session: Session, pipeline: string, token?: string): Promise<void> {
  const rows = await session.rows(
    `select p.token, p.made, p.kept, l.token as done from ${pendingTable} p left join ${ledgerTable} l on l.token = p.token
     where p.pipeline = ${quoteText(pipeline)}${token === undefined ? '' : ` and p.token = ${quoteText(token)}`}`,
    doing,
  );
  for (const row of rows) {
    const made = row['made'] ?? '';
    const kept = row['kept'] ?? null;
    if (row['done'] === null) await undo(session, made, kept);
    else if (kept !== null) await session.rows(`drop table if exists ${quoteName(kept)}`, doing);
    await session.rows(
      `delete from ${pendingTable} where token = ${quoteText(row['token'] ?? '')} and made = ${quoteText(made)}`,
      doing,
    );
  }
}

async function undo(session: Session, made: string, kept: string | null): Promise<void> {
  if (kept !== null) {
    // Where the old table is not waiting, the exchange has not happened.
    if (!(await exists(session, kept))) return;
    await session.rows(`drop table if exists ${quoteName(made)}`, doing);
    await session.rows(`rename table ${quoteName(kept)} to ${quoteName(made)}`, doing);
    return;
  }
  if (!(await exists(session, made))) return;
  const [row] = await session.rows(`select 1 as found from ${quoteName(made)} limit 1`, doing);
  // Somebody else has written into it meanwhile: then it is theirs.
  if (row) return;
  await session.rows(`drop table ${quoteName(made)}`, doing).catch((error: unknown) => {
    if (!(error instanceof HeadgateError) || error.code !== 'publish.busy') throw error;
  });
}
