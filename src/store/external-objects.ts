/** What the vocabularies of vendors call our objects, and the fields that only they know. */
import type { Json } from '../domain/json.ts';
import type { Db } from './db.ts';
import { readableBy } from './grants.ts';

/** Whose names: they mean nothing in another dialect or workspace. */
export interface ExternalPlace {
  readonly dialect: string;
  readonly workspace: number;
}

export interface ExternalRow {
  readonly kind: string;
  readonly external_id: string;
  readonly object_id: string;
  readonly data: Json;
  readonly created_at: Date;
}

/** Plain data: what JSON has no word for is left out. */
export type ExternalData = Readonly<Record<string, unknown>>;

export type NewExternal = Pick<ExternalRow, 'kind' | 'external_id' | 'object_id'> & { readonly data?: ExternalData };

const columns = 'kind, external_id, object_id, data, created_at';
const here = 'workspace_id = $1 and dialect = $2 and kind = $3';

/** `reader`: only where this principal may see the object; absent = whoever asks may. */
export async function findExternal(
  db: Db,
  { dialect, workspace }: ExternalPlace,
  kind: string,
  externalId: string,
  reader?: string,
): Promise<ExternalRow | undefined> {
  const [row] = await db.query<ExternalRow>(
    `select ${columns} from headgate.external_objects where ${here} and external_id = $4 and ${readableBy('$5', 'object_id')}`,
    [workspace, dialect, kind, externalId, reader ?? null],
  );
  return row;
}

/** The same, held until the end of the transaction: whoever changes it reads it here first. */
export async function holdExternal(
  tx: Db,
  { dialect, workspace }: ExternalPlace,
  kind: string,
  externalId: string,
): Promise<ExternalRow | undefined> {
  const [row] = await tx.query<ExternalRow>(
    `select ${columns} from headgate.external_objects where ${here} and external_id = $4 for update`,
    [workspace, dialect, kind, externalId],
  );
  return row;
}

/** Those of these objects that have a name, in no order. */
export async function externalsOf(
  db: Db,
  { dialect, workspace }: ExternalPlace,
  kind: string,
  objectIds: readonly string[],
): Promise<readonly ExternalRow[]> {
  return await db.query<ExternalRow>(`select ${columns} from headgate.external_objects where ${here} and object_id = any($4)`, [
    workspace,
    dialect,
    kind,
    objectIds,
  ]);
}

/** Throws `state.conflict` where the name is taken, or the object has one. */
export async function insertExternal(db: Db, { dialect, workspace }: ExternalPlace, row: NewExternal): Promise<ExternalRow> {
  const [stored] = await db.query<ExternalRow>(
    `insert into headgate.external_objects (dialect, workspace_id, kind, external_id, object_id, data)
     values ($1, $2, $3, $4, $5, $6) returning ${columns}`,
    [dialect, workspace, row.kind, row.external_id, row.object_id, JSON.stringify(row.data ?? {})],
  );
  if (!stored) throw new Error('an insert answers its row');
  return stored;
}

/** Undefined where there is none. */
export async function updateExternal(
  db: Db,
  { dialect, workspace }: ExternalPlace,
  kind: string,
  externalId: string,
  data: ExternalData,
): Promise<ExternalRow | undefined> {
  const [row] = await db.query<ExternalRow>(
    `update headgate.external_objects set data = $5 where ${here} and external_id = $4 returning ${columns}`,
    [workspace, dialect, kind, externalId, JSON.stringify(data)],
  );
  return row;
}

/** False where there was none. */
export async function deleteExternal(
  db: Db,
  { dialect, workspace }: ExternalPlace,
  kind: string,
  externalId: string,
): Promise<boolean> {
  const rows = await db.query(`delete from headgate.external_objects where ${here} and external_id = $4 returning kind`, [
    workspace,
    dialect,
    kind,
    externalId,
  ]);
  return rows.length > 0;
}

export interface ExternalPage {
  readonly limit: number;
  readonly offset: number;
  readonly order: 'newest' | 'oldest';
  /** Only those whose data hold all of this. */
  readonly match?: ExternalData;
  /** Only those whose object this principal may see. */
  readonly reader?: string | undefined;
}

/** By the order in which they were made. */
export async function listExternal(
  db: Db,
  { dialect, workspace }: ExternalPlace,
  kind: string,
  { limit, offset, order, match = {}, reader }: ExternalPage,
): Promise<readonly ExternalRow[]> {
  return await db.query<ExternalRow>(
    `select ${columns} from headgate.external_objects where ${here} and data @> $6::jsonb and ${readableBy('$7', 'object_id')}
     order by seq ${order === 'newest' ? 'desc' : 'asc'} limit $4 offset $5`,
    [workspace, dialect, kind, limit, offset, JSON.stringify(match), reader ?? null],
  );
}

export async function countExternal(
  db: Db,
  { dialect, workspace }: ExternalPlace,
  kind: string,
  reader?: string,
): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    `select count(*)::int as count from headgate.external_objects where ${here} and ${readableBy('$4', 'object_id')}`,
    [workspace, dialect, kind, reader ?? null],
  );
  return row?.count ?? 0;
}

/** Those who make or rename such objects come one after the other, each until the end of its transaction. */
export async function takeTurns(tx: Db, { dialect, workspace }: ExternalPlace, kind: string): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, $2))', [`headgate.external.${dialect}.${kind}`, workspace]);
}

/** The next number of a space, from 1 on; a number that was given out never comes again, though a rollback may take it back. */
export async function nextNumber(db: Db, { dialect, workspace }: ExternalPlace, space: string): Promise<number> {
  const [row] = await db.query<{ last: string }>(
    `insert into headgate.external_numbers (dialect, workspace_id, space, last) values ($1, $2, $3, 1)
     on conflict (dialect, workspace_id, space) do update set last = headgate.external_numbers.last + 1 returning last`,
    [dialect, workspace, space],
  );
  return Number(row?.last);
}

/** Gives the object a number as its name, unless it has a name already; two that ask at once get the same. */
export async function numbered(
  db: Db,
  place: ExternalPlace,
  kind: string,
  objectId: string,
  space: string,
): Promise<ExternalRow> {
  const [named] = await externalsOf(db, place, kind, [objectId]);
  if (named) return named;
  return await db.tx(async (tx) => {
    // Whoever is here first holds the row of the counter until it commits, so the second sees what the first has made.
    const number = await nextNumber(tx, place, space);
    const [known] = await externalsOf(tx, place, kind, [objectId]);
    return known ?? (await insertExternal(tx, place, { kind, external_id: String(number), object_id: objectId }));
  });
}
