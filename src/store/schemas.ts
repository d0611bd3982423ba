/** Named fields and rules. Every version stays: runs and pipelines may name an earlier one. */
import type { Json } from '../domain/json.ts';
import { insertedRow, type Db } from './db.ts';
import { readableBy } from './grants.ts';

export interface SchemaRow {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  /** The newest one. */
  readonly version: number;
  /** Of the newest version: as a schema file. */
  readonly definition: Json;
  readonly created_at: Date;
  readonly updated_at: Date;
}

export interface SchemaVersionRow {
  /** Its number, as text: what pages of a list are told apart by. */
  readonly id: string;
  readonly version: number;
  readonly definition: Json;
  readonly created_at: Date;
}

const select = `select s.id, s.slug, s.name, s.version, v.definition, s.created_at, s.updated_at from headgate.schemas s
  join headgate.schema_versions v on v.workspace_id = s.workspace_id and v.schema_id = s.id and v.version = s.version`;

async function insertVersion(
  db: Db,
  workspace: number,
  { id, version, definition }: Omit<SchemaVersion, 'created_at'>,
): Promise<void> {
  await db.query('insert into headgate.schema_versions (workspace_id, schema_id, version, definition) values ($1, $2, $3, $4)', [
    workspace,
    id,
    version,
    JSON.stringify(definition),
  ]);
}

type SchemaVersion = Pick<SchemaRow, 'id' | 'version' | 'definition' | 'created_at'>;

/** Throws `state.conflict` where the slug is taken. */
export async function insertSchema(
  db: Db,
  workspace: number,
  { id, slug, name, definition }: Pick<SchemaRow, 'id' | 'slug' | 'name' | 'definition'>,
): Promise<SchemaRow> {
  return await db.tx(async (tx) => {
    await tx.query('insert into headgate.schemas (workspace_id, id, slug, name) values ($1, $2, $3, $4)', [
      workspace,
      id,
      slug,
      name,
    ]);
    await insertVersion(tx, workspace, { id, version: 1, definition });
    const row = await findSchema(tx, workspace, id);
    return insertedRow(row ? [row] : []);
  });
}

/** By id or slug. */
export async function findSchema(db: Db, workspace: number, ref: string): Promise<SchemaRow | undefined> {
  const [row] = await db.query<SchemaRow>(`${select} where s.workspace_id = $1 and (s.id = $2 or s.slug = $2)`, [workspace, ref]);
  return row;
}

/** The newest first; of those that `reader` may see, where there is one. */
export async function listSchemas(
  db: Db,
  workspace: number,
  reader: string | undefined,
  limit: number,
  after?: string,
): Promise<readonly SchemaRow[]> {
  return await db.query<SchemaRow>(
    `${select} where s.workspace_id = $1 and ($2::text is null or s.id < $2) and ${readableBy('$4', 's.id')}
     order by s.id desc limit $3`,
    [workspace, after ?? null, limit, reader ?? null],
  );
}

/** A new definition is a new version, a new name is none. Undefined where the version is no longer the one that was read. */
export async function updateSchema(
  db: Db,
  workspace: number,
  { id, name, version, definition }: Pick<SchemaRow, 'id' | 'name' | 'version'> & { readonly definition?: Json | undefined },
): Promise<SchemaRow | undefined> {
  return await db.tx(async (tx) => {
    const next = definition === undefined ? version : version + 1;
    const rows = await tx.query(
      `update headgate.schemas set name = $4, version = $5, updated_at = now()
       where workspace_id = $1 and id = $2 and version = $3 returning id`,
      [workspace, id, version, name, next],
    );
    if (rows.length === 0) return undefined;
    if (definition !== undefined) await insertVersion(tx, workspace, { id, version: next, definition });
    return await findSchema(tx, workspace, id);
  });
}

/** The newest first, from below `before`. */
export async function listSchemaVersions(
  db: Db,
  workspace: number,
  id: string,
  limit: number,
  before?: number,
): Promise<readonly SchemaVersionRow[]> {
  return await db.query<SchemaVersionRow>(
    `select version::text as id, version, definition, created_at from headgate.schema_versions
     where workspace_id = $1 and schema_id = $2 and ($3::int is null or version < $3) order by version desc limit $4`,
    [workspace, id, before ?? null, limit],
  );
}

/** False where a pipeline holds its rows to it. */
export async function deleteSchema(db: Db, workspace: number, id: string): Promise<boolean> {
  const rows = await db.query(
    `delete from headgate.schemas where workspace_id = $1 and id = $2 and not exists (
       select from headgate.pipelines p, jsonb_array_elements(p.flows) flow
       where p.workspace_id = $1 and split_part(flow->>'schema', '@', 1) = $2)
     returning id`,
    [workspace, id],
  );
  return rows.length > 0;
}
