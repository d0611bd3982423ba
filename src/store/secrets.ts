/** The secret settings of objects, sealed. Opened only where they are used. */
import type { Db } from './db.ts';
import type { MasterKey } from './master-key.ts';

/** What a sealed text is bound to. */
export const place = (workspace: number, object: string): string => `${workspace}/${object}`;

export async function saveSecrets(db: Db, key: MasterKey, workspace: number, object: string, secrets: object): Promise<void> {
  const { keyId, wrappedKey, sealed } = key.seal(JSON.stringify(secrets), place(workspace, object));
  await db.query(
    `insert into headgate.secrets (workspace_id, object_id, key_id, wrapped_key, sealed) values ($1, $2, $3, $4, $5)
     on conflict (workspace_id, object_id) do update set key_id = $3, wrapped_key = $4, sealed = $5`,
    [workspace, object, keyId, wrappedKey, sealed],
  );
}

/** Empty where there are none. Throws `secret.sealed`. */
export async function openSecrets(db: Db, key: MasterKey, workspace: number, object: string): Promise<Record<string, unknown>> {
  const [row] = await db.query<{ key_id: string; wrapped_key: Buffer; sealed: Buffer }>(
    'select key_id, wrapped_key, sealed from headgate.secrets where workspace_id = $1 and object_id = $2',
    [workspace, object],
  );
  if (!row) return {};
  const text = key.open({ keyId: row.key_id, wrappedKey: row.wrapped_key, sealed: row.sealed }, place(workspace, object));
  // Sealed by us, with the place as proof.
  return JSON.parse(text) as Record<string, unknown>;
}

export async function deleteSecrets(db: Db, workspace: number, object: string): Promise<void> {
  await db.query('delete from headgate.secrets where workspace_id = $1 and object_id = $2', [workspace, object]);
}
