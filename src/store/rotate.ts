/**
 * A new master key. What it wraps is wrapped anew in one transaction; sealed texts stay as they are, because each has a data key of
 * its own. API keys are kept as keyed hashes of secrets that nobody here knows, so their hashing key stays and is sealed.
 */
import type { Db } from './db.ts';
import type { MasterKey, Sealed } from './master-key.ts';
import { place } from './secrets.ts';

interface SealedRow {
  readonly key_id: string;
  readonly wrapped_key: Buffer;
  readonly sealed: Buffer;
}

const sealedOf = ({ key_id, wrapped_key, sealed }: SealedRow): Sealed => ({ keyId: key_id, wrappedKey: wrapped_key, sealed });

/** The master key with the hashing key that this state's API keys need. Throws `secret.sealed`. */
export async function withHashing(db: Db, key: MasterKey): Promise<MasterKey> {
  const [row] = await db.query<SealedRow>('select key_id, wrapped_key, sealed from headgate.hashing_key');
  return row ? key.withHashing(sealedOf(row)) : key;
}

/** Which master key this state was last rotated to; undefined = it never was. */
export async function rotatedTo(db: Db): Promise<string | undefined> {
  const [row] = await db.query<{ key_id: string }>('select key_id from headgate.hashing_key');
  return row?.key_id;
}

/** Resolves to how many secrets were wrapped anew. All or none. Throws `secret.sealed`. */
export async function rotateSecrets(db: Db, from: MasterKey, to: MasterKey): Promise<number> {
  return await db.tx(async (tx) => {
    await tx.query('lock table headgate.secrets in exclusive mode');
    const rows = await tx.query<SealedRow & { readonly workspace_id: string; readonly object_id: string }>(
      'select workspace_id, object_id, key_id, wrapped_key, sealed from headgate.secrets',
    );
    for (const row of rows) {
      const { keyId, wrappedKey } = from.rewrap(sealedOf(row), place(Number(row.workspace_id), row.object_id), to);
      await tx.query('update headgate.secrets set key_id = $3, wrapped_key = $4 where workspace_id = $1 and object_id = $2', [
        row.workspace_id,
        row.object_id,
        keyId,
        wrappedKey,
      ]);
    }
    const { keyId, wrappedKey, sealed } = from.sealHashing(to);
    await tx.query(
      `insert into headgate.hashing_key (key_id, wrapped_key, sealed) values ($1, $2, $3)
       on conflict (one) do update set key_id = $1, wrapped_key = $2, sealed = $3`,
      [keyId, wrappedKey, sealed],
    );
    return rows.length;
  });
}
