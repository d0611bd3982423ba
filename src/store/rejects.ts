/** Refused rows of runs: one row here per field that was wrong. */
import type { Db } from './db.ts';

export interface RejectRow {
  readonly seq: string;
  readonly stream: string;
  readonly table_name: string;
  readonly file: string | null;
  /** Of the file, where the record begins; of records that are rows there is their number as well. */
  readonly line: string | null;
  readonly row_number: string | null;
  readonly field: string | null;
  readonly code: string;
  readonly reason: string;
  readonly value: string | null;
  /** The whole row, every value as text. */
  readonly record: Readonly<Record<string, string | null>> | null;
}

export type NewReject = Omit<RejectRow, 'seq' | 'stream' | 'table_name' | 'record'> & {
  /** JSON. */
  readonly record: string | null;
};

export interface RejectPlace {
  readonly workspace: number;
  readonly run: string;
  readonly stream: string;
  readonly table: string;
}

/** An attempt's rejects take the place of those of the attempt before. */
export async function clearRejects(db: Db, { workspace, run, table }: RejectPlace): Promise<void> {
  await db.query('delete from headgate.rejects where workspace_id = $1 and run_id = $2 and table_name = $3', [
    workspace,
    run,
    table,
  ]);
}

export async function insertRejects(
  db: Db,
  { workspace, run, stream, table }: RejectPlace,
  rows: readonly NewReject[],
): Promise<void> {
  await db.query(
    `insert into headgate.rejects (workspace_id, run_id, seq, stream, table_name, file, line, row_number, field, code, reason, value, record)
     select $1, $2, (select coalesce(max(seq), 0) from headgate.rejects where workspace_id = $1 and run_id = $2) + r.at, $3, $4,
       r.file, r.line, r.number, r.field, r.code, r.reason, r.value, r.record::json
     from unnest($5::text[], $6::bigint[], $7::bigint[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[])
       with ordinality as r (file, line, number, field, code, reason, value, record, at)`,
    [
      workspace,
      run,
      stream,
      table,
      rows.map(({ file }) => file),
      rows.map(({ line }) => line),
      rows.map(({ row_number }) => row_number),
      rows.map(({ field }) => field),
      rows.map(({ code }) => code),
      rows.map(({ reason }) => reason),
      rows.map(({ value }) => value),
      rows.map(({ record }) => record),
    ],
  );
}

/** In the order in which they were met, from behind `after`. Absent table = all. */
export async function listRejects(
  db: Db,
  workspace: number,
  run: string,
  { table, after, limit }: { readonly table?: string | undefined; readonly after?: string | undefined; readonly limit: number },
): Promise<readonly RejectRow[]> {
  return await db.query<RejectRow>(
    `select seq, stream, table_name, file, line, row_number, field, code, reason, value, record from headgate.rejects
     where workspace_id = $1 and run_id = $2 and ($3::text is null or table_name = $3) and seq > $4 order by seq limit $5`,
    [workspace, run, table ?? null, after ?? '0', limit],
  );
}
