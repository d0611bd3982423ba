/** Who may open a review: whoever has its link, or one of its session. Tokens stand nowhere; what is stored is the hash of its own. */
import { createHash } from 'node:crypto';
import { HeadgateError } from '../../domain/error.ts';
import { findReviewOfSession } from '../../store/review-sessions.ts';
import { findReviewByToken, insertReview, openReviews, type ReviewRow } from '../../store/reviews.ts';
import { serverPrincipal } from '../../store/principals.ts';
import { deadLink } from '../links.ts';
import type { Actor, Ports } from '../operation.ts';
import { savedSince } from './sessions.ts';
import { openSessionToken, type Lent } from './session-token.ts';

/** Days that a link is good for, where nobody says otherwise. */
const usualDays = 30;

type Entering = Pick<Ports, 'db' | 'key' | 'clock'>;

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

/** Made of the server's own key, so that the link can be shown again: the same one, until it ends. */
export const reviewToken = ({ key }: Pick<Ports, 'key'>, workspace: number, id: string): string =>
  key.sign(['review', workspace, id].join('\n')).toString('hex');

/** From now on there is a link. `id` = the name of what is reviewed; `session` = whose links open it besides. */
export async function createReview(
  ports: Pick<Ports, 'db' | 'key' | 'clock' | 'reviewDays'>,
  workspace: number,
  id: string,
  session?: string,
): Promise<void> {
  const until = new Date(ports.clock.now().getTime() + (ports.reviewDays ?? usualDays) * 86_400_000);
  await insertReview(ports.db, workspace, { id, token: hashOf(reviewToken(ports, workspace, id)), until, session });
}

/** Does its link still hold? */
export const isReviewOpen = async ({ db, clock }: Pick<Ports, 'db' | 'clock'>, workspace: number, id: string): Promise<boolean> =>
  (await openReviews(db, workspace, [id], clock.now())).length > 0;

/**
 * Throws `access.key`: one answer for a wrong token, an unknown id and a link that has ended; and `access.link` for a token of a session that
 * does not open this review, or not any more.
 */
export async function enterReview(ports: Entering, id: string, token: string): Promise<ReviewRow> {
  const { db, clock } = ports;
  // The database knows no name with a zero in it.
  const isName = id.length <= 200 && !id.includes('\0');
  if (token.length > 200 || !isName) throw noReview();
  const lent = openSessionToken(ports, token);
  if (lent) return await enterBySession(ports, id, lent);
  const row = await findReviewByToken(db, id, hashOf(token));
  if (!row || row.expires_at <= clock.now()) throw noReview();
  return row;
}

/** Days of a review are the operator's word on all links to it. */
async function enterBySession({ db, clock }: Entering, id: string, { workspace, session, until }: Lent): Promise<ReviewRow> {
  const now = clock.now();
  const row = until <= now ? undefined : await findReviewOfSession(db, workspace, id, session, savedSince(clock));
  if (!row || row.expires_at <= now) throw deadLink();
  return row;
}

export const noReview = (): HeadgateError =>
  new HeadgateError('access.key', 'the link does not hold, or not any more', { hint: 'ask whoever sent the link for a new one' });

/** In whose name a link looks up what it is about: it reads, in one workspace. */
export const reviewer = (workspace: number): Actor => ({
  id: 'review',
  principal: serverPrincipal,
  level: 'own',
  scopes: ['files:read', 'runs:read'],
  workspace,
});
