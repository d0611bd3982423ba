/** The parts of a file that have arrived. */
import type { Db } from './db.ts';

export interface PartRow {
  readonly number: number;
  /** Bytes, as text. */
  readonly size: string;
  /** Empty where nobody has summed it. */
  readonly sha256: string;
  readonly ref: string;
  readonly arrived_at: Date;
}

export type NewPart = Omit<PartRow, 'size'> & { readonly size: number };

/** In the place of the one that came before. False where the upload is gone. */
export async function savePart(db: Db, workspace: number, key: string, part: NewPart): Promise<boolean> {
  const rows = await db.query(
    `insert into headgate.file_parts (workspace_id, key, number, size, sha256, ref, arrived_at)
     select $1, o.key, $3, $4, $5, $6, $7 from headgate.stored_objects o
     where o.workspace_id = $1 and o.key = $2 and o.gone_by > $7
     on conflict (key, number) do update set size = $4, sha256 = $5, ref = $6, arrived_at = $7 returning number`,
    [workspace, key, part.number, part.size, part.sha256, part.ref, part.arrived_at],
  );
  return rows.length > 0;
}

/** By number, from behind `after`. */
export async function listParts(
  db: Db,
  workspace: number,
  key: string,
  after: number,
  limit: number,
): Promise<readonly PartRow[]> {
  return await db.query<PartRow>(
    `select number, size, sha256, ref, arrived_at from headgate.file_parts
     where workspace_id = $1 and key = $2 and number > $3 order by number limit $4`,
    [workspace, key, after, limit],
  );
}

/** Bytes of the others. */
export async function otherParts(db: Db, workspace: number, key: string, number: number): Promise<number> {
  const [row] = await db.query<{ bytes: string }>(
    'select coalesce(sum(size), 0) as bytes from headgate.file_parts where workspace_id = $1 and key = $2 and number <> $3',
    [workspace, key, number],
  );
  return Number(row?.bytes ?? 0);
}
