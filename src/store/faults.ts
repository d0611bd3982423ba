/** What stopped objects: pipelines, their connections, what they read. Gone with the next success, or when a person repairs them. */
import type { Db } from './db.ts';

export interface FaultRow {
  readonly object_id: string;
  readonly code: string;
  readonly message: string;
  readonly at: Date;
}

export async function findFaults(db: Db, workspace: number, objects: readonly string[]): Promise<readonly FaultRow[]> {
  return await db.query<FaultRow>(
    'select object_id, code, message, at from headgate.faults where workspace_id = $1 and object_id = any($2)',
    [workspace, objects],
  );
}

export async function setFaults(
  db: Db,
  workspace: number,
  objects: readonly string[],
  { code, message, at }: Omit<FaultRow, 'object_id'>,
): Promise<void> {
  await db.query(
    `insert into headgate.faults (workspace_id, object_id, code, message, at) select $1, unnest($2::text[]), $3, $4, $5
     on conflict (workspace_id, object_id) do update set code = $3, message = $4, at = $5`,
    [workspace, objects, code, message, at],
  );
}

export async function clearFaults(db: Db, workspace: number, objects: readonly string[]): Promise<void> {
  await db.query('delete from headgate.faults where workspace_id = $1 and object_id = any($2)', [workspace, objects]);
}

/** Pipelines with ranges that read from the same connection. */
export async function readersOf(db: Db, workspace: number, source: string): Promise<readonly string[]> {
  const rows = await db.query<{ id: string }>(
    `select p.id from headgate.pipelines p join headgate.ranges g on g.pipeline_id = p.id
     where p.workspace_id = $1 and p.source_id = $2 and p.state <> 'archived'`,
    [workspace, source],
  );
  return rows.map(({ id }) => id);
}
