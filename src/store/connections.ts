import type { Json } from '../domain/json.ts';
import { insertedRow, type Db } from './db.ts';
import { readableBy } from './grants.ts';

export interface ConnectionRow {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly connector: string;
  /** Without secrets, which are sealed apart. */
  readonly settings: Readonly<Record<string, Json>>;
  /** `ConnectionPolicy` (domain/connection-policy.ts). */
  readonly policy: Json;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
}

const columns = 'id, slug, name, connector, settings, policy, version, created_at, updated_at';

export type NewConnection = Pick<ConnectionRow, 'id' | 'slug' | 'name' | 'connector' | 'settings'>;

/** Throws `state.conflict` where the slug is taken. */
export async function insertConnection(db: Db, workspace: number, row: NewConnection): Promise<ConnectionRow> {
  const rows = await db.query<ConnectionRow>(
    `insert into headgate.connections (workspace_id, id, slug, name, connector, settings) values ($1, $2, $3, $4, $5, $6)
     returning ${columns}`,
    [workspace, row.id, row.slug, row.name, row.connector, row.settings],
  );
  return insertedRow(rows);
}

/** By id or slug. */
export async function findConnection(db: Db, workspace: number, ref: string): Promise<ConnectionRow | undefined> {
  const [row] = await db.query<ConnectionRow>(
    `select ${columns} from headgate.connections where workspace_id = $1 and (id = $2 or slug = $2)`,
    [workspace, ref],
  );
  return row;
}

/** The newest first; of those that `reader` may see, where there is one. */
export async function listConnections(
  db: Db,
  workspace: number,
  reader: string | undefined,
  limit: number,
  after?: string,
): Promise<readonly ConnectionRow[]> {
  return await db.query<ConnectionRow>(
    `select ${columns} from headgate.connections
     where workspace_id = $1 and ($2::text is null or id < $2) and ${readableBy('$4', 'id')} order by id desc limit $3`,
    [workspace, after ?? null, limit, reader ?? null],
  );
}

/** Undefined where the version is no longer the one that was read. */
export async function updateConnection(
  db: Db,
  workspace: number,
  { id, name, settings, version }: Pick<ConnectionRow, 'id' | 'name' | 'settings' | 'version'>,
): Promise<ConnectionRow | undefined> {
  const [row] = await db.query<ConnectionRow>(
    `update headgate.connections set name = $4, settings = $5, version = version + 1, updated_at = now()
     where workspace_id = $1 and id = $2 and version = $3 returning ${columns}`,
    [workspace, id, version, name, settings],
  );
  return row;
}

/** False where a pipeline still uses it, or the workspace keeps something there. */
export async function deleteConnection(db: Db, workspace: number, id: string): Promise<boolean> {
  const rows = await db.query(
    `delete from headgate.connections c where workspace_id = $1 and id = $2
     and not exists (select from headgate.pipelines p where p.source_id = c.id or p.destination_id = c.id)
     and not exists (select from headgate.keepers k where k.connection_id = c.id) returning id`,
    [workspace, id],
  );
  return rows.length > 0;
}

/** `runs` = at the same time; null = as many as the server allows. */
export async function setPolicy(
  db: Db,
  workspace: number,
  id: string,
  policy: Json,
  runs: number | null,
): Promise<ConnectionRow> {
  const rows = await db.query<ConnectionRow>(
    `update headgate.connections set policy = $3, runs_at_once = $4 where workspace_id = $1 and id = $2 returning ${columns}`,
    [workspace, id, JSON.stringify(policy), runs],
  );
  // Only hours make a run wait before it has begun: whoever takes it next looks at them again.
  await db.query(
    `update headgate.runs r set retry_at = null from headgate.pipelines p
     where r.workspace_id = $1 and p.id = r.pipeline_id and $2 in (p.source_id, p.destination_id) and r.state = 'queued'`,
    [workspace, id],
  );
  return insertedRow(rows);
}
