/** Sessions of reviews: what gives the reviews that name it links for a while. */
import type { Db } from './db.ts';
import { lastEditAt, reviewColumns, type ReviewRow } from './reviews.ts';

/** How long one is there after it was last saved. */
export const sessionDays = 7;

/** Whose sessions: those of one principal, or, where that is undefined, everybody's. */
type Owner = string | undefined;

/**
 * Of a session `s`: it was made, or a review of it edited, after a moment, which is a parameter such as `$1`. The time of an edit stands in its
 * log already, so that no edit has to write it once more.
 */
export const savedAfter = (moment: string): string => `(s.saved_at > ${moment} or exists (select from headgate.reviews r
  where r.workspace_id = s.workspace_id and r.session_id = s.id and ${lastEditAt} > ${moment}))`;

export async function insertSession(
  db: Db,
  workspace: number,
  session: { readonly id: string; readonly principal: string; readonly label: string; readonly at: Date },
): Promise<void> {
  const { id, principal, label, at } = session;
  await db.query(
    'insert into headgate.review_sessions (workspace_id, id, principal_id, label, saved_at) values ($1, $2, $3, $4, $5)',
    [workspace, id, principal, label, at],
  );
}

/** Is there one that was saved after `since`? */
export async function hasSession(db: Db, workspace: number, id: string, since: Date, owner: Owner): Promise<boolean> {
  const rows = await db.query(
    `select from headgate.review_sessions s
     where workspace_id = $1 and id = $2 and ${savedAfter('$3')} and ($4::text is null or principal_id = $4)`,
    [workspace, id, since, owner ?? null],
  );
  return rows.length > 0;
}

/** One that is gone already is gone. */
export async function deleteSession(db: Db, workspace: number, id: string, owner: Owner): Promise<void> {
  await db.query(
    `delete from headgate.review_sessions
     where workspace_id = $1 and id = $2 and ($3::text is null or principal_id = $3)`,
    [workspace, id, owner ?? null],
  );
}

/** Undefined where the review is of another session or of none, and where the session was not saved after `since`, or is gone. */
export async function findReviewOfSession(
  db: Db,
  workspace: number,
  id: string,
  session: string,
  since: Date,
): Promise<ReviewRow | undefined> {
  const [row] = await db.query<ReviewRow>(
    `select ${reviewColumns} from headgate.reviews where workspace_id = $1 and id = $2 and session_id = $3
       and exists (select from headgate.review_sessions s where s.workspace_id = $1 and s.id = $3 and ${savedAfter('$4')})`,
    [workspace, id, session, since],
  );
  return row;
}
