/** Who may open a review: whoever has its link. The token stands nowhere; what is stored is its hash. */
import { createHash } from 'node:crypto';
import { HeadgateError } from '../../domain/error.ts';
import { findReviewByToken, insertReview, type ReviewRow } from '../../store/reviews.ts';
import { serverPrincipal } from '../../store/principals.ts';
import type { Actor, Ports } from '../operation.ts';

/** Days that a link is good for, where nobody says otherwise. */
const usualDays = 30;

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

/** Made of the server's own key, so that the link can be shown again: the same one, until it ends. */
export const reviewToken = ({ key }: Pick<Ports, 'key'>, workspace: number, id: string): string =>
  key.sign(['review', workspace, id].join('\n')).toString('hex');

/** From now on there is a link. `id` = the name of what is reviewed. */
export async function createReview(
  ports: Pick<Ports, 'db' | 'key' | 'clock' | 'reviewDays'>,
  workspace: number,
  id: string,
): Promise<void> {
  const until = new Date(ports.clock.now().getTime() + (ports.reviewDays ?? usualDays) * 86_400_000);
  await insertReview(ports.db, workspace, { id, token: hashOf(reviewToken(ports, workspace, id)), until });
}

/** Throws `access.key`: one answer for a wrong token, an unknown id and a link that has ended. */
export async function enterReview({ db, clock }: Pick<Ports, 'db' | 'clock'>, id: string, token: string): Promise<ReviewRow> {
  // The database knows no name with a zero in it.
  const isName = id.length <= 200 && !id.includes('\0');
  const row = token.length > 200 || !isName ? undefined : await findReviewByToken(db, id, hashOf(token));
  if (!row || row.expires_at <= clock.now()) throw noReview();
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
