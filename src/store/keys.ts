/** API keys: the id stands in the open, of the secret only a keyed hash. */
import { insertedRow, type Db } from './db.ts';
import { serverPrincipal } from './principals.ts';

export interface KeyRow {
  readonly id: string;
  /** Null = all workspaces. */
  readonly workspace_id: string | null;
  /** Whose key it is: what they have been granted is what it may be used for. */
  readonly principal_id: string;
  readonly name: string;
  readonly kind: 'backend' | 'publishable';
  readonly secret_hash: Buffer;
  readonly scopes: readonly string[];
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly last_used_at: Date | null;
  readonly revoked_at: Date | null;
}

const columns =
  'id, workspace_id, principal_id, name, kind, secret_hash, scopes, created_at, expires_at, last_used_at, revoked_at';

/** A key with whose it is: everything that must be known of whoever asks, in one statement. */
export interface CallerRow extends KeyRow {
  readonly principal_disabled: boolean;
  /** What the principal has been granted on the whole workspace, as a rank; null = nothing. */
  readonly workspace_rank: number | null;
}

export async function findCaller(db: Db, id: string): Promise<CallerRow | undefined> {
  const [row] = await db.query<CallerRow>(
    `select ${columns.replaceAll(/\w+/g, 'k.$&')}, p.disabled_at is not null as principal_disabled,
       case when p.workspace_id is null then 4
         else (select max(r.level) from headgate.rights r
               where r.workspace_id = k.workspace_id and r.object_id = 'workspace' and r.principal_id = p.id) end as workspace_rank
     from headgate.api_keys k
     join headgate.principals p on p.id = k.principal_id and (p.workspace_id is null or p.workspace_id = k.workspace_id)
     where k.id = $1`,
    [id],
    'find_caller',
  );
  return row;
}

export type NewKey = Pick<KeyRow, 'id' | 'name' | 'kind' | 'secret_hash' | 'scopes' | 'principal_id'> & {
  readonly workspace: number | null;
  readonly expires_at?: Date | undefined;
};

export async function insertKey(db: Db, key: NewKey): Promise<KeyRow> {
  const rows = await db.query<KeyRow>(
    `insert into headgate.api_keys (id, workspace_id, name, kind, secret_hash, scopes, expires_at, principal_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8) returning ${columns}`,
    [key.id, key.workspace, key.name, key.kind, key.secret_hash, key.scopes, key.expires_at ?? null, key.principal_id],
  );
  return insertedRow(rows);
}

/** The admin key of the environment: its secret may have changed since the last start. */
export async function setAdminKey(db: Db, id: string, secretHash: Buffer): Promise<void> {
  await db.query(
    `insert into headgate.api_keys (id, name, kind, secret_hash, scopes, principal_id) values ($1, 'admin', 'backend', $2, '{*}', $3)
     on conflict (id) do update set secret_hash = $2, scopes = '{*}', revoked_at = null`,
    [id, secretHash, serverPrincipal],
  );
}

export async function countKeys(db: Db): Promise<number> {
  const [row] = await db.query<{ count: number }>('select count(*)::int as count from headgate.api_keys');
  return row?.count ?? 0;
}

/** The newest first. Absent principal = everybody's; `after` = the id of the last one of the page before. */
export async function listKeys(
  db: Db,
  workspace: number,
  principal: string | undefined,
  limit: number,
  after?: string,
): Promise<readonly KeyRow[]> {
  return await db.query<KeyRow>(
    `select ${columns} from headgate.api_keys where workspace_id = $1 and ($2::text is null or id < $2)
       and ($4::text is null or principal_id = $4) order by id desc limit $3`,
    [workspace, after ?? null, limit, principal ?? null],
  );
}

/** Absent principal = whosever it is. */
export async function revokeKey(
  db: Db,
  workspace: number,
  id: string,
  principal: string | undefined,
): Promise<KeyRow | undefined> {
  const [row] = await db.query<KeyRow>(
    `update headgate.api_keys set revoked_at = coalesce(revoked_at, now()) where workspace_id = $1 and id = $2
       and ($3::text is null or principal_id = $3) returning ${columns}`,
    [workspace, id, principal ?? null],
  );
  return row;
}

/** Writes at most once a minute, whoever asks. */
export async function touchKey(db: Db, id: string): Promise<void> {
  await db.query(
    `update headgate.api_keys set last_used_at = now()
     where id = $1 and (last_used_at is null or last_used_at < now() - interval '1 minute')`,
    [id],
  );
}
