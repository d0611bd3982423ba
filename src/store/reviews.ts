/** Reviews and the log of their edits. */
import type { Json } from '../domain/json.ts';
import type { Db } from './db.ts';

/** What stood in the way of the end when a review had come to that entry of its log. */
export interface Reasons {
  readonly version: number;
  readonly blocks: readonly { readonly code: string; readonly message: string }[];
}

export interface ReviewRow {
  readonly workspace_id: string;
  readonly id: string;
  readonly expires_at: Date;
  readonly finished_at: Date | null;
  readonly result: Json;
  /** The rows that were delivered. */
  readonly file_id: string | null;
  /** Why it has not ended; null = nobody has asked since it began. */
  readonly reasons: Reasons | null;
}

export const reviewColumns = 'workspace_id, id, expires_at, finished_at, result, file_id, reasons';

/** When a review `r` was last edited; null = it never was. Only the end of its log is looked at, however long that is. */
export const lastEditAt = `(select e.created_at from headgate.review_edits e
  where e.workspace_id = r.workspace_id and e.review_id = r.id order by e.seq desc limit 1)`;

interface NewReview {
  readonly id: string;
  /** The hash of it. */
  readonly token: Buffer;
  readonly until: Date;
  /** Whose links open it besides its own. */
  readonly session?: string | undefined;
}

export async function insertReview(db: Db, workspace: number, { id, token, until, session }: NewReview): Promise<void> {
  await db.query(
    'insert into headgate.reviews (workspace_id, id, token_hash, expires_at, session_id) values ($1, $2, $3, $4, $5)',
    [workspace, id, token, until, session ?? null],
  );
}

/** The workspace is what the token says. Undefined for a wrong one as for an unknown id. */
export async function findReviewByToken(db: Db, id: string, token: Buffer): Promise<ReviewRow | undefined> {
  const [row] = await db.query<ReviewRow>(`select ${reviewColumns} from headgate.reviews where id = $1 and token_hash = $2`, [
    id,
    token,
  ]);
  return row;
}

export async function findReview(db: Db, workspace: number, id: string): Promise<ReviewRow | undefined> {
  const [row] = await db.query<ReviewRow>(`select ${reviewColumns} from headgate.reviews where workspace_id = $1 and id = $2`, [
    workspace,
    id,
  ]);
  return row;
}

export async function findReviews(db: Db, workspace: number, ids: readonly string[]): Promise<readonly ReviewRow[]> {
  return await db.query<ReviewRow>(`select ${reviewColumns} from headgate.reviews where workspace_id = $1 and id = any($2)`, [
    workspace,
    ids,
  ]);
}

/** Those among some that may still be opened at that moment. */
export async function openReviews(db: Db, workspace: number, ids: readonly string[], at: Date): Promise<readonly string[]> {
  const rows = await db.query<{ id: string }>(
    'select id from headgate.reviews where workspace_id = $1 and id = any($2) and finished_at is null and expires_at > $3',
    [workspace, ids, at],
  );
  return rows.map(({ id }) => id);
}

/** The same, and nobody else changes it until the end of the transaction. */
export async function holdReview(tx: Db, workspace: number, id: string): Promise<ReviewRow | undefined> {
  const [row] = await tx.query<ReviewRow>(
    `select ${reviewColumns} from headgate.reviews where workspace_id = $1 and id = $2 for update`,
    [workspace, id],
  );
  return row;
}

export async function finishReview(
  tx: Db,
  workspace: number,
  id: string,
  { at, result, file }: { readonly at: Date; readonly result: unknown; readonly file: string },
): Promise<void> {
  await tx.query('update headgate.reviews set finished_at = $3, result = $4, file_id = $5 where workspace_id = $1 and id = $2', [
    workspace,
    id,
    at,
    JSON.stringify(result),
    file,
  ]);
}

export async function keepReasons(db: Db, workspace: number, id: string, reasons: Reasons): Promise<void> {
  await db.query('update headgate.reviews set reasons = $3 where workspace_id = $1 and id = $2 and finished_at is null', [
    workspace,
    id,
    JSON.stringify(reasons),
  ]);
}

/** With its log. The session that it names stays saved when it was. */
export async function deleteReview(db: Db, workspace: number, id: string): Promise<void> {
  await db.query(
    `with gone as (
       delete from headgate.reviews r where workspace_id = $1 and id = $2 returning session_id, ${lastEditAt} as edited_at)
     update headgate.review_sessions s set saved_at = gone.edited_at from gone
     where s.workspace_id = $1 and s.id = gone.session_id and s.saved_at < gone.edited_at`,
    [workspace, id],
  );
}

export interface EditRow {
  readonly seq: string;
  readonly entry: Json;
}

interface NewEdit {
  readonly seq: number;
  readonly entry: object;
  /** The edit that an undo or redo is about. */
  readonly about: number | null;
  /** By the server's clock: sessions end by it. */
  readonly at: Date;
}

export async function insertEdit(tx: Db, workspace: number, review: string, { seq, entry, about, at }: NewEdit): Promise<void> {
  await tx.query(
    'insert into headgate.review_edits (workspace_id, review_id, seq, entry, about, created_at) values ($1, $2, $3, $4, $5, $6)',
    [workspace, review, seq, JSON.stringify(entry), about, at],
  );
}

/** Those behind `after`, in order; of those up to `known` only what they are. */
export async function listEdits(
  db: Db,
  workspace: number,
  review: string,
  { after, known }: { readonly after: number; readonly known: number },
): Promise<readonly EditRow[]> {
  return await db.query<EditRow>(
    `select seq, case when seq > $4 then entry else jsonb_build_object('kind', entry -> 'kind') end as entry
     from headgate.review_edits where workspace_id = $1 and review_id = $2 and seq > $3 order by seq`,
    [workspace, review, after, known],
  );
}

/** The entry that began anew with the original; undefined = none has. */
export async function lastReread(db: Db, workspace: number, review: string): Promise<EditRow | undefined> {
  const [row] = await db.query<EditRow>(
    `select seq, entry from headgate.review_edits
     where workspace_id = $1 and review_id = $2 and entry ->> 'kind' = 'reread' order by seq desc limit 1`,
    [workspace, review],
  );
  return row;
}

/** The number of the last edit; 0 = there is none. */
export async function lastEdit(db: Db, workspace: number, review: string): Promise<number> {
  const [row] = await db.query<{ seq: string }>(
    'select coalesce(max(seq), 0) as seq from headgate.review_edits where workspace_id = $1 and review_id = $2',
    [workspace, review],
    'review-last-edit',
  );
  return Number(row?.seq ?? 0);
}
