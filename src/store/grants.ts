/** Who may do what to which object, and the one question that every operation asks. */
import { levelOf, rankOf, type Level, type ObjectKind } from '../domain/access.ts';
import { insertedRow, type Db } from './db.ts';

/** Stands for the whole workspace where an object is expected. */
export const everything = 'workspace';

const tables: Readonly<Record<ObjectKind, string>> = { connection: 'headgate.connections', pipeline: 'headgate.pipelines' };

/** The objects of a kind by their names: `id` and `slug` of what was asked for, and `holder`, whose grants count. */
const named: Readonly<Record<ObjectKind | 'run', string>> = {
  connection: `(select workspace_id, id, slug, id as holder from ${tables.connection})`,
  pipeline: `(select workspace_id, id, slug, id as holder from ${tables.pipeline})`,
  run: '(select workspace_id, id, id as slug, pipeline_id as holder from headgate.runs)',
};

/** By id or slug; what is granted on the workspace is not counted. Undefined also where there is no such object. */
export async function grantedLevel(
  db: Db,
  workspace: number,
  principal: string,
  kind: ObjectKind | 'run',
  ref: string,
): Promise<Level | undefined> {
  const [row] = await db.query<{ level: number | null }>(
    `select max(r.level) as level from ${named[kind]} o
     join headgate.rights r on r.workspace_id = o.workspace_id and r.object_id = o.holder and r.principal_id = $2
     where o.workspace_id = $1 and (o.id = $3 or o.slug = $3)`,
    [workspace, principal, ref],
  );
  return levelOf(row?.level ?? 0);
}

/** On the whole workspace. */
export async function workspaceLevel(db: Db, workspace: number, principal: string): Promise<Level | undefined> {
  const [row] = await db.query<{ level: number | null }>(
    'select max(level) as level from headgate.rights where workspace_id = $1 and object_id = $2 and principal_id = $3',
    [workspace, everything, principal],
  );
  return levelOf(row?.level ?? 0);
}

/** A condition on a list: `principal` is a parameter (NULL = may see everything), `object` the column with the object's id. $1 = the workspace. */
export const readableBy = (principal: string, object: string): string =>
  `(${principal}::text is null or ${object} in (select r.object_id from headgate.rights r
     where r.workspace_id = $1 and r.principal_id = ${principal}))`;

/** The id of an object, by id or slug. */
export async function findObject(db: Db, workspace: number, kind: ObjectKind, ref: string): Promise<string | undefined> {
  const [row] = await db.query<{ id: string }>(
    `select o.id from ${named[kind]} o where o.workspace_id = $1 and (o.id = $2 or o.slug = $2)`,
    [workspace, ref],
  );
  return row?.id;
}

/** A digest of an object's row, for the audit log; it says that something changed, never what. */
export async function digestOf(db: Db, workspace: number, kind: ObjectKind, ref: string): Promise<string | null> {
  const [row] = await db.query<{ digest: string }>(
    `select encode(sha256(convert_to(o::text, 'UTF8')), 'hex') as digest from ${tables[kind]} o
     join ${named[kind]} n on n.id = o.id where n.workspace_id = $1 and (n.id = $2 or n.slug = $2)`,
    [workspace, ref],
  );
  return row?.digest ?? null;
}

/** Either of a principal or of a group. */
export interface GrantRow {
  readonly object_id: string;
  readonly principal_id: string | null;
  readonly group_id: string | null;
  readonly level: number;
  readonly created_at: Date;
}

export type Holder = { readonly principal: string } | { readonly group: string };

const holderOf = (holder: Holder): readonly [string | null, string | null] =>
  'principal' in holder ? [holder.principal, null] : [null, holder.group];

const columns = 'object_id, principal_id, group_id, level, created_at';

/** The strongest first; at most a thousand. */
export async function listGrants(db: Db, workspace: number, object: string): Promise<readonly GrantRow[]> {
  return await db.query<GrantRow>(
    `select ${columns} from headgate.grants where workspace_id = $1 and object_id = $2
     order by level desc, created_at, coalesce(principal_id, group_id) limit 1000`,
    [workspace, object],
  );
}

export async function findGrant(db: Db, workspace: number, object: string, holder: Holder): Promise<GrantRow | undefined> {
  const [row] = await db.query<GrantRow>(
    `select ${columns} from headgate.grants where workspace_id = $1 and object_id = $2
       and principal_id is not distinct from $3 and group_id is not distinct from $4`,
    [workspace, object, ...holderOf(holder)],
  );
  return row;
}

/** In place of what the holder has had on it. */
export async function setGrant(db: Db, workspace: number, object: string, holder: Holder, level: Level): Promise<GrantRow> {
  const rows = await db.query<GrantRow>(
    `insert into headgate.grants (workspace_id, object_id, principal_id, group_id, level) values ($1, $2, $3, $4, $5)
     on conflict (workspace_id, object_id, principal_id, group_id) do update set level = $5 returning ${columns}`,
    [workspace, object, ...holderOf(holder), rankOf(level)],
  );
  return insertedRow(rows);
}

export async function deleteGrant(db: Db, workspace: number, object: string, holder: Holder): Promise<void> {
  await db.query(
    `delete from headgate.grants where workspace_id = $1 and object_id = $2
       and principal_id is not distinct from $3 and group_id is not distinct from $4`,
    [workspace, object, ...holderOf(holder)],
  );
}

/** When the object itself is deleted. */
export async function deleteGrants(db: Db, workspace: number, object: string): Promise<void> {
  await db.query('delete from headgate.grants where workspace_id = $1 and object_id = $2', [workspace, object]);
}

/** The earlier owner, if there was one, keeps the level below. */
export async function changeOwner(db: Db, workspace: number, object: string, principal: string): Promise<GrantRow> {
  await db.query(
    'update headgate.grants set level = 3 where workspace_id = $1 and object_id = $2 and level = 4 and principal_id <> $3',
    [workspace, object, principal],
  );
  return await setGrant(db, workspace, object, { principal }, 'own');
}

/**
 * Pipelines act for their owners: those whose owner may no longer read from the source, or write into the destination. Absent
 * pipeline = all of the workspace. One without an owner acts for the workspace.
 */
export async function pipelinesWithoutRight(db: Db, workspace: number, pipeline?: string): Promise<readonly string[]> {
  const may = (side: string, level: Level): string =>
    `exists (select from headgate.rights r where r.workspace_id = p.workspace_id and r.principal_id = o.principal_id
       and r.object_id in ('${everything}', p.${side}) and r.level >= ${rankOf(level)})`;
  const rows = await db.query<{ id: string }>(
    `select p.id from headgate.pipelines p
     join headgate.grants o on o.workspace_id = p.workspace_id and o.object_id = p.id and o.level = 4
     join headgate.principals owner on owner.id = o.principal_id and owner.workspace_id is not null
     where p.workspace_id = $1 and ($2::text is null or p.id = $2)
       and not (${may('source_id', 'read')} and ${may('destination_id', 'write')})`,
    [workspace, pipeline ?? null],
  );
  return rows.map(({ id }) => id);
}
