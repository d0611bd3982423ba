/** Files that people upload: what is known of them. Their bytes lie in the storage (store/objects.ts). */
import { insertedRow, type Db } from './db.ts';
import { readableBy } from './grants.ts';

export type FileState = 'pending' | 'ready' | 'expired' | 'deleted';

export interface FileRow {
  readonly id: string;
  readonly name: string;
  readonly content_type: string;
  readonly state: FileState;
  /** Bytes, as text; of a pending file what was declared. */
  readonly size: string | null;
  readonly sha256: string | null;
  readonly md5: string | null;
  readonly crc32: string | null;
  readonly pending_until: Date;
  readonly expires_at: Date | null;
  readonly created_at: Date;
  readonly ready_at: Date | null;
}

const columns = 'id, name, content_type, state, size, sha256, md5, crc32, pending_until, expires_at, created_at, ready_at';

export type NewFile = Omit<FileRow, 'state' | 'size' | 'ready_at'> & { readonly size: number | null };

export async function insertFile(db: Db, workspace: number, row: NewFile): Promise<FileRow> {
  const rows = await db.query<FileRow>(
    `insert into headgate.files
       (workspace_id, id, name, content_type, state, size, sha256, md5, crc32, pending_until, expires_at, created_at)
     values ($1, $2, $3, $4, 'pending', $5, $6, $7, $8, $9, $10, $11) returning ${columns}`,
    [
      workspace,
      row.id,
      row.name,
      row.content_type,
      row.size,
      row.sha256,
      row.md5,
      row.crc32,
      row.pending_until,
      row.expires_at,
      row.created_at,
    ],
  );
  return insertedRow(rows);
}

/** null = never. */
export async function setExpiry(db: Db, workspace: number, id: string, at: Date | null): Promise<void> {
  await db.query('update headgate.files set expires_at = $3 where workspace_id = $1 and id = $2', [workspace, id, at]);
}

export async function findFile(db: Db, workspace: number, id: string): Promise<FileRow | undefined> {
  const [row] = await db.query<FileRow>(`select ${columns} from headgate.files where workspace_id = $1 and id = $2`, [
    workspace,
    id,
  ]);
  return row;
}

/** Those of some that this principal may see; undefined = whoever asks may see all. */
export async function findFiles(db: Db, workspace: number, ids: readonly string[], reader?: string): Promise<readonly FileRow[]> {
  return await db.query<FileRow>(
    `select ${columns} from headgate.files where workspace_id = $1 and id = any($2) and ${readableBy('$3', 'id')}`,
    [workspace, ids, reader ?? null],
  );
}

/** The newest first; absent state = those that are not deleted. Of those that `reader` may see, where there is one. */
export async function listFiles(
  db: Db,
  workspace: number,
  reader: string | undefined,
  limit: number,
  { after, state }: { readonly after?: string | undefined; readonly state?: FileState | undefined },
): Promise<readonly FileRow[]> {
  return await db.query<FileRow>(
    `select ${columns} from headgate.files
     where workspace_id = $1 and ($2::text is null or id < $2)
       and case when $3::text is null then state <> 'deleted' else state = $3 end
       and ${readableBy('$5', 'id')}
     order by id desc limit $4`,
    [workspace, after ?? null, state ?? null, limit, reader ?? null],
  );
}

export interface Arrived {
  readonly size: number;
  readonly sha256: string | null;
  readonly md5: string | null;
  readonly crc32: string | null;
}

/** Undefined where it is no longer pending. */
export async function markReady(
  tx: Db,
  workspace: number,
  id: string,
  arrived: Arrived,
  now: Date,
): Promise<FileRow | undefined> {
  const [row] = await tx.query<FileRow>(
    `update headgate.files set state = 'ready', size = $3, sha256 = $4, md5 = $5, crc32 = $6, ready_at = $7
     where workspace_id = $1 and id = $2 and state = 'pending' returning ${columns}`,
    [workspace, id, arrived.size, arrived.sha256, arrived.md5, arrived.crc32, now],
  );
  return row;
}

/** Deleted, whatever it was. */
export async function markDeleted(tx: Db, workspace: number, id: string): Promise<void> {
  await tx.query(`update headgate.files set state = 'deleted' where workspace_id = $1 and id = $2`, [workspace, id]);
}

interface ExpiredFile {
  readonly id: string;
  readonly workspace_id: string;
}

/** Of all workspaces: files whose time is over. */
export async function expireFiles(tx: Db, now: Date, limit: number): Promise<readonly ExpiredFile[]> {
  return await tx.query<ExpiredFile>(
    `with over as (
       select id from headgate.files
       where (state = 'pending' and pending_until <= $1) or (state = 'ready' and expires_at <= $1)
       limit $2 for no key update skip locked)
     update headgate.files f set state = 'expired' from over where f.id = over.id returning f.id, f.workspace_id`,
    [now, limit],
  );
}

/** Bytes of the workspace's other files, stored or announced. Until the end of the transaction nobody else may ask. */
export async function otherBytes(tx: Db, workspace: number, but: string): Promise<number> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('headgate.files', $1))`, [workspace]);
  const [row] = await tx.query<{ bytes: string }>(
    `select coalesce(sum(case state when 'ready' then size else greatest(coalesce(size, 0), reserved) end), 0) as bytes
     from headgate.files where workspace_id = $1 and state in ('pending', 'ready') and id <> $2`,
    [workspace, but],
  );
  return Number(row?.bytes ?? 0);
}

/** Bytes of the files of a workspace that are ready. */
export async function readyBytes(db: Db, workspace: number): Promise<number> {
  const [row] = await db.query<{ bytes: string }>(
    `select coalesce(sum(size), 0) as bytes from headgate.files where workspace_id = $1 and state = 'ready'`,
    [workspace],
  );
  return Number(row?.bytes ?? 0);
}

/** Counts that many bytes of a pending file from now on. */
export async function reserveBytes(tx: Db, workspace: number, id: string, bytes: number): Promise<void> {
  await tx.query('update headgate.files set reserved = greatest(reserved, $3) where workspace_id = $1 and id = $2', [
    workspace,
    id,
    bytes,
  ]);
}

/** Holds the file's row until the end of the transaction. */
export async function lockFile(tx: Db, workspace: number, id: string): Promise<void> {
  await tx.query('select from headgate.files where workspace_id = $1 and id = $2 for no key update', [workspace, id]);
}
