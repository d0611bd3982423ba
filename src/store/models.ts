import type { Json } from '../domain/json.ts';
import { insertedRow, type Db } from './db.ts';
import { readableBy } from './grants.ts';

export interface ModelRow {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly connection_id: string;
  readonly sql: string;
  /** As the source described them when it was last asked; null = it was not. */
  readonly columns: Json;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
}

const columns = 'id, slug, name, connection_id, sql, columns, version, created_at, updated_at';

type Content = Pick<ModelRow, 'id' | 'name' | 'sql' | 'columns'>;

/** Throws `state.conflict` where the slug is taken. */
export async function insertModel(
  db: Db,
  workspace: number,
  row: Content & Pick<ModelRow, 'slug' | 'connection_id'>,
): Promise<ModelRow> {
  const rows = await db.query<ModelRow>(
    `insert into headgate.models (workspace_id, id, slug, name, connection_id, sql, columns) values ($1, $2, $3, $4, $5, $6, $7)
     returning ${columns}`,
    [workspace, row.id, row.slug, row.name, row.connection_id, row.sql, JSON.stringify(row.columns)],
  );
  return insertedRow(rows);
}

/** By id or slug. */
export async function findModel(db: Db, workspace: number, ref: string): Promise<ModelRow | undefined> {
  const [row] = await db.query<ModelRow>(
    `select ${columns} from headgate.models where workspace_id = $1 and (id = $2 or slug = $2)`,
    [workspace, ref],
  );
  return row;
}

/** The newest first; of those that `reader` may see, where there is one. */
export async function listModels(
  db: Db,
  workspace: number,
  reader: string | undefined,
  limit: number,
  after?: string,
): Promise<readonly ModelRow[]> {
  return await db.query<ModelRow>(
    `select ${columns} from headgate.models where workspace_id = $1 and ($2::text is null or id < $2) and ${readableBy('$4', 'id')}
     order by id desc limit $3`,
    [workspace, after ?? null, limit, reader ?? null],
  );
}

/** Undefined where the version is no longer the one that was read. */
export async function updateModel(
  db: Db,
  workspace: number,
  row: Content & Pick<ModelRow, 'version'>,
): Promise<ModelRow | undefined> {
  const [stored] = await db.query<ModelRow>(
    `update headgate.models set name = $4, sql = $5, columns = $6, version = version + 1, updated_at = now()
     where workspace_id = $1 and id = $2 and version = $3 returning ${columns}`,
    [workspace, row.id, row.version, row.name, row.sql, JSON.stringify(row.columns)],
  );
  return stored;
}

/** False where a pipeline reads it. */
export async function deleteModel(db: Db, workspace: number, id: string): Promise<boolean> {
  const rows = await db.query(
    `delete from headgate.models where workspace_id = $1 and id = $2 and not exists (
       select from headgate.pipelines where workspace_id = $1 and flows @> jsonb_build_array(jsonb_build_object('model', $2::text)))
     returning id`,
    [workspace, id],
  );
  return rows.length > 0;
}
