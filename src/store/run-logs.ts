import type { Json } from '../domain/json.ts';
import type { Db } from './db.ts';

export interface LogRow {
  readonly seq: string;
  readonly at: Date;
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Json;
}

export async function appendLog(db: Db, run: string, level: LogRow['level'], message: string, fields: object): Promise<void> {
  await db.query(
    `insert into headgate.run_logs (run_id, seq, level, message, fields)
     select $1, coalesce(max(seq), 0) + 1, $2, $3, $4 from headgate.run_logs where run_id = $1`,
    [run, level, message, JSON.stringify(fields)],
  );
}

/** In order, from behind `after`. */
export async function readLogs(db: Db, workspace: number, run: string, after: number, limit: number): Promise<readonly LogRow[]> {
  return await db.query<LogRow>(
    `select seq, at, level, message, fields from headgate.run_logs l
     where run_id = $2 and seq > $3 and exists (select from headgate.runs r where r.id = l.run_id and r.workspace_id = $1)
     order by seq limit $4`,
    [workspace, run, after, limit],
  );
}
