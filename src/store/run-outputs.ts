/** What runs have made besides rows in tables: files, and answers to questions. */
import type { Json } from '../domain/json.ts';
import type { Db } from './db.ts';

export interface OutputRow {
  readonly run_id: string;
  readonly seq: number;
  readonly name: string;
  /** Null = a value alone. */
  readonly file_id: string | null;
  readonly value: Json;
  readonly created_at: Date;
}

export type NewOutput = Pick<OutputRow, 'name' | 'file_id' | 'value'>;

const columns = 'o.run_id, o.seq, o.name, o.file_id, o.value, o.created_at';

/** In place of what an earlier attempt has left. */
export async function replaceOutputs(db: Db, workspace: number, run: string, outputs: readonly NewOutput[]): Promise<void> {
  await db.tx(async (tx) => {
    await tx.query('delete from headgate.run_outputs where workspace_id = $1 and run_id = $2', [workspace, run]);
    for (const [at, { name, file_id, value }] of outputs.entries()) {
      await tx.query(
        'insert into headgate.run_outputs (workspace_id, run_id, seq, name, file_id, value) values ($1, $2, $3, $4, $5, $6)',
        [workspace, run, at + 1, name, file_id, JSON.stringify(value)],
      );
    }
  });
}

/** In the order in which they were made. */
export async function listOutputs(db: Db, workspace: number, run: string): Promise<readonly OutputRow[]> {
  return await db.query<OutputRow>(
    `select ${columns} from headgate.run_outputs o where workspace_id = $1 and run_id = $2 order by seq`,
    [workspace, run],
  );
}

/** Of each run in the order in which they were made. */
export async function listOutputsOf(db: Db, workspace: number, runs: readonly string[]): Promise<readonly OutputRow[]> {
  return await db.query<OutputRow>(
    `select ${columns} from headgate.run_outputs o where workspace_id = $1 and run_id = any($2) order by run_id, seq`,
    [workspace, runs],
  );
}

/** Files that runs of the pipeline have made. */
export async function outputFiles(db: Db, workspace: number, pipeline: string): Promise<readonly string[]> {
  const rows = await db.query<{ file: string }>(
    `select o.file_id as file from headgate.run_outputs o join headgate.runs r on r.id = o.run_id
     where r.workspace_id = $1 and r.pipeline_id = $2 and o.file_id is not null`,
    [workspace, pipeline],
  );
  return rows.map(({ file }) => file);
}

/** The output that the file is; undefined = a person sent it. */
export async function outputOfFile(db: Db, workspace: number, file: string): Promise<OutputRow | undefined> {
  const [row] = await db.query<OutputRow>(
    `select ${columns} from headgate.run_outputs o where workspace_id = $1 and file_id = $2 order by created_at desc limit 1`,
    [workspace, file],
  );
  return row;
}
