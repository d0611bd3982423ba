/** Corrected rows, kept until the run that brings them in is forgotten. */
import type { Db } from './db.ts';

export interface Replay {
  readonly format: 'csv' | 'ndjson';
  readonly content: string;
}

export async function insertReplay(db: Db, workspace: number, run: string, { format, content }: Replay): Promise<void> {
  await db.query('insert into headgate.replays (workspace_id, run_id, format, content) values ($1, $2, $3, $4)', [
    workspace,
    run,
    format,
    content,
  ]);
}

export async function findReplay(db: Db, workspace: number, run: string): Promise<Replay | undefined> {
  const [row] = await db.query<Replay>('select format, content from headgate.replays where workspace_id = $1 and run_id = $2', [
    workspace,
    run,
  ]);
  return row;
}
