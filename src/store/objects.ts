/** What lies in the storage, and whose it is. A row stands before the first byte is written and goes after the last one is gone. */
import type { Db } from './db.ts';

export interface ObjectRow {
  readonly key: string;
  /** The storage's name of a multipart upload; null = written in one go. */
  readonly upload: string | null;
}

/** It goes at `goneBy`, unless it has become a file by then. */
export async function insertObject(
  db: Db,
  workspace: number,
  row: ObjectRow & { readonly file: string; readonly goneBy: Date },
): Promise<void> {
  await db.query(
    'insert into headgate.stored_objects (workspace_id, key, file_id, upload, gone_by) values ($1, $2, $3, $4, $5)',
    [workspace, row.key, row.file, row.upload, row.goneBy],
  );
}

/** The storage's name of the upload, once it has one. */
export async function nameUpload(tx: Db, workspace: number, key: string, upload: string): Promise<void> {
  await tx.query('update headgate.stored_objects set upload = $3 where workspace_id = $1 and key = $2', [workspace, key, upload]);
}

export interface Upload {
  readonly key: string;
  readonly upload: string;
}

/** The upload in parts that a pending file has, where it was not given up. */
export async function findUpload(db: Db, workspace: number, file: string, now: Date): Promise<Upload | undefined> {
  const [row] = await db.query<Upload>(
    `select key, upload from headgate.stored_objects
     where workspace_id = $1 and file_id = $2 and upload is not null and gone_by > $3 order by key limit 1`,
    [workspace, file, now],
  );
  return row;
}

/** Of a file that is ready. */
export async function findContent(db: Db, workspace: number, file: string): Promise<string | undefined> {
  const [row] = await db.query<{ key: string }>(
    'select key from headgate.stored_objects where workspace_id = $1 and file_id = $2 and gone_by is null',
    [workspace, file],
  );
  return row?.key;
}

/** False where it has been given up meanwhile. */
export async function keepObject(tx: Db, workspace: number, key: string): Promise<boolean> {
  const rows = await tx.query(
    'update headgate.stored_objects set gone_by = null where workspace_id = $1 and key = $2 returning key',
    [workspace, key],
  );
  return rows.length > 0;
}

/** Not where it has become a file: whose answer was lost on the way may not know. */
export async function dropObject(db: Db, workspace: number, key: string, now: Date): Promise<void> {
  await db.query('update headgate.stored_objects set gone_by = $3 where workspace_id = $1 and key = $2 and gone_by is not null', [
    workspace,
    key,
    now,
  ]);
}

/** All objects of a file, but the one that it is made of. */
export async function dropOthers(tx: Db, workspace: number, file: string, now: Date, but?: string): Promise<void> {
  await tx.query(
    `update headgate.stored_objects set gone_by = $3
     where workspace_id = $1 and file_id = $2 and key is distinct from $4 and (gone_by is null or gone_by > $3)`,
    [workspace, file, now, but ?? null],
  );
}

/** Of all workspaces: what belongs to these files. */
export async function dropAll(tx: Db, files: readonly string[], now: Date): Promise<void> {
  await tx.query('update headgate.stored_objects set gone_by = $2 where file_id = any($1)', [files, now]);
}

/** Whoever holds this lock shared finds every byte where the state says that it lies. */
export const objectsLock = "hashtextextended('headgate.objects', 0)";

/** False while somebody else sweeps, or makes a backup; else nobody does until the end of the transaction. */
export async function maySweep(tx: Db): Promise<boolean> {
  const [row] = await tx.query<{ held: boolean }>(`select pg_try_advisory_xact_lock(${objectsLock}) as held`);
  return row?.held === true;
}

/** Of all workspaces: objects whose time is over, held until the end of the transaction. */
export async function goneObjects(tx: Db, now: Date, limit: number): Promise<readonly ObjectRow[]> {
  return await tx.query<ObjectRow>(
    `select key, upload from headgate.stored_objects where gone_by <= $1 order by gone_by limit $2 for update skip locked`,
    [now, limit],
  );
}

/** Its storage does not answer: later. */
export async function postponeObject(tx: Db, key: string, goneBy: Date): Promise<void> {
  await tx.query('update headgate.stored_objects set gone_by = $2 where key = $1', [key, goneBy]);
}

/** After a restore, which brings no parts: uploads that were under way begin again, of files that are still pending. */
export async function dropUploads(db: Db): Promise<void> {
  await db.query("update headgate.stored_objects set gone_by = '-infinity' where upload is not null and gone_by is not null");
}

export async function deleteObject(tx: Db, key: string): Promise<void> {
  await tx.query('delete from headgate.stored_objects where key = $1', [key]);
}
