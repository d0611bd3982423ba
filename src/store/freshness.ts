/** How fresh each table is: as of when its rows are. */
import type { Receipt } from '../domain/receipt.ts';
import type { Db } from './db.ts';

export interface FreshnessRow {
  readonly pipeline_id: string;
  readonly stream: string;
  readonly table_name: string;
  readonly fresh_at: Date;
  readonly run_id: string;
  readonly rows_written: string;
}

/** In the transaction that ends the run. `asOf`: what happened in the source before then is in the table. */
export async function freshen(
  tx: Db,
  run: {
    readonly id: string;
    readonly workspace_id: string;
    readonly pipeline_id: string;
    readonly receipts: readonly Receipt[];
  },
  asOf: Date,
): Promise<void> {
  const done = run.receipts.filter(({ state }) => state === 'succeeded');
  if (done.length === 0) return;
  // Two flows of one name would be one row twice.
  const tables = new Map(done.map((receipt) => [JSON.stringify([receipt.stream, receipt.table]), receipt]));
  const all = [...tables.values()];
  await tx.query(
    `insert into headgate.table_freshness (workspace_id, pipeline_id, stream, table_name, fresh_at, run_id, rows_written)
     select $1, $2, t.stream, t.name, $3, $4, t.written from unnest($5::text[], $6::text[], $7::bigint[]) as t (stream, name, written)
     on conflict (pipeline_id, stream, table_name) do update
       set fresh_at = greatest(table_freshness.fresh_at, $3), run_id = $4, rows_written = excluded.rows_written`,
    [
      run.workspace_id,
      run.pipeline_id,
      asOf,
      run.id,
      all.map(({ stream }) => stream),
      all.map(({ table }) => table),
      all.map(({ written }) => written),
    ],
  );
}

export async function freshnessOf(db: Db, workspace: number, pipeline: string): Promise<readonly FreshnessRow[]> {
  return await db.query<FreshnessRow>(
    `select pipeline_id, stream, table_name, fresh_at, run_id, rows_written from headgate.table_freshness
     where workspace_id = $1 and pipeline_id = $2 order by table_name, stream limit 10000`,
    [workspace, pipeline],
  );
}
