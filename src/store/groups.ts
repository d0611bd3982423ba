/** Principals that get grants together. */
import { insertedRow, type Db } from './db.ts';

export interface GroupRow {
  readonly id: string;
  readonly name: string;
  readonly created_at: Date;
  readonly members: readonly string[];
}

const columns = `g.id, g.name, g.created_at,
  array(select m.principal_id from headgate.group_members m where m.group_id = g.id order by m.principal_id) as members`;

/** Throws `state.conflict` where the name is taken. */
export async function insertGroup(db: Db, workspace: number, id: string, name: string): Promise<GroupRow> {
  return insertedRow(
    await db.query<GroupRow>(
      `insert into headgate.groups as g (workspace_id, id, name) values ($1, $2, $3) returning ${columns}`,
      [workspace, id, name],
    ),
  );
}

export async function findGroup(db: Db, workspace: number, id: string): Promise<GroupRow | undefined> {
  const [row] = await db.query<GroupRow>(`select ${columns} from headgate.groups g where g.workspace_id = $1 and g.id = $2`, [
    workspace,
    id,
  ]);
  return row;
}

/** The newest first. */
export async function listGroups(db: Db, workspace: number, limit: number, after?: string): Promise<readonly GroupRow[]> {
  return await db.query<GroupRow>(
    `select ${columns} from headgate.groups g
     where g.workspace_id = $1 and ($2::text is null or g.id < $2) order by g.id desc limit $3`,
    [workspace, after ?? null, limit],
  );
}

export async function renameGroup(db: Db, workspace: number, id: string, name: string): Promise<void> {
  await db.query('update headgate.groups set name = $3 where workspace_id = $1 and id = $2', [workspace, id, name]);
}

/** With its members and its grants. */
export async function deleteGroup(db: Db, workspace: number, id: string): Promise<void> {
  await db.query('delete from headgate.groups where workspace_id = $1 and id = $2', [workspace, id]);
}

/** Both are of this workspace. Does nothing for a member. */
export async function addMember(db: Db, workspace: number, group: string, principal: string): Promise<void> {
  await db.query(
    'insert into headgate.group_members (workspace_id, group_id, principal_id) values ($1, $2, $3) on conflict do nothing',
    [workspace, group, principal],
  );
}

export async function removeMember(db: Db, workspace: number, group: string, principal: string): Promise<void> {
  await db.query('delete from headgate.group_members where workspace_id = $1 and group_id = $2 and principal_id = $3', [
    workspace,
    group,
    principal,
  ]);
}
