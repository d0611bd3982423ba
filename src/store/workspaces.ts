import { insertedRow, type Db } from './db.ts';

export interface WorkspaceRow {
  readonly id: string;
  readonly name: string;
  readonly created_at: Date;
}

export async function findWorkspace(db: Db, id: number): Promise<WorkspaceRow | undefined> {
  const [row] = await db.query<WorkspaceRow>(
    'select id, name, created_at from headgate.workspaces where id = $1 and archived_at is null',
    [id],
  );
  return row;
}

export interface WorkspaceLimit {
  /** Null = as many as it likes. */
  readonly requests_a_minute: number | null;
}

/** Undefined = there is no such workspace. */
export async function findWorkspaceLimit(db: Db, id: number): Promise<WorkspaceLimit | undefined> {
  const [row] = await db.query<WorkspaceLimit>(
    `select l.requests_a_minute::float8 as requests_a_minute from headgate.workspaces w
     left join headgate.limits l on l.workspace_id = w.id where w.id = $1 and w.archived_at is null`,
    [id],
    'find_workspace_limit',
  );
  return row;
}

/** Throws `state.conflict` where the id is taken. */
export async function insertWorkspace(db: Db, name: string, id?: number): Promise<WorkspaceRow> {
  const rows =
    id === undefined
      ? await db.query<WorkspaceRow>('insert into headgate.workspaces (name) values ($1) returning id, name, created_at', [name])
      : await db.query<WorkspaceRow>(
          'insert into headgate.workspaces (id, name) values ($2, $1) returning id, name, created_at',
          [name, id],
        );
  // The next one without a wish for its id must not meet this one.
  if (id !== undefined) {
    await db.query(
      `select setval(s, greatest($1::bigint, (select last_value from headgate.workspaces_id_seq)))
       from pg_get_serial_sequence('headgate.workspaces', 'id') s`,
      [id],
    );
  }
  return insertedRow(rows);
}

export async function listWorkspaces(db: Db, limit: number, after?: number): Promise<readonly WorkspaceRow[]> {
  return await db.query<WorkspaceRow>(
    `select id, name, created_at from headgate.workspaces
     where archived_at is null and ($1::bigint is null or id > $1) order by id limit $2`,
    [after ?? null, limit],
  );
}

/** The id of the connection that keeps what is derived; undefined = the workspace's own warehouse. */
export async function readKeeper(db: Db, workspace: number): Promise<string | undefined> {
  const [row] = await db.query<{ connection_id: string }>('select connection_id from headgate.keepers where workspace_id = $1', [
    workspace,
  ]);
  return row?.connection_id;
}

export async function saveKeeper(db: Db, workspace: number, connection: string | null): Promise<void> {
  if (connection === null) await db.query('delete from headgate.keepers where workspace_id = $1', [workspace]);
  else {
    await db.query(
      `insert into headgate.keepers (workspace_id, connection_id) values ($1, $2)
       on conflict (workspace_id) do update set connection_id = excluded.connection_id`,
      [workspace, connection],
    );
  }
}
