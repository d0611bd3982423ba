/** A login in front of reviews, where the operator wants one: whoever has a link shows a key besides, by Basic as browsers ask for it. */
import { HeadgateError } from '../../../domain/error.ts';
import { requireScope } from '../../../operations/operation.ts';
import { authorization } from '../../credentials.ts';
import type { Answer, Incoming, PublicContext } from '../../dialect.ts';
import { identifyBy } from '../../identify.ts';
import { contextOf } from '../../mount.ts';
import { problem } from '../../problem.ts';
import { Refused, type Refusal } from '../../refusal.ts';
import { requireStoredImport } from './imports-stored.ts';

/**
 * Throws Refused at `key`: one answer for a key that is not valid, one of another workspace, and one whose principal may not read the import.
 * `workspace`: of the review; absent = any, for what tells nothing of it.
 */
export async function requireLogin(open: PublicContext, { headers, params }: Incoming, workspace?: number): Promise<void> {
  if (!open.reviewLogin) return;
  try {
    const credentials = authorization(headers);
    if (!credentials) throw loginWanted();
    const actor = await identifyBy(open)(credentials);
    requireScope(actor, 'files:read');
    if (workspace === undefined) return;
    if (actor.workspace !== undefined && actor.workspace !== workspace) throw loginWanted();
    await requireStoredImport(contextOf({ ...open, actor, workspace }, 'dromo'), params['id'] ?? '');
  } catch (error) {
    throw error instanceof HeadgateError && refusals.has(error.code) ? new Refused('key', loginWanted()) : error;
  }
}

const refusals: ReadonlySet<string> = new Set(['access.key', 'access.scope', 'object.missing']);

const loginWanted = (): HeadgateError =>
  new HeadgateError('access.key', 'this server asks for a login before it opens a review', {
    hint: 'log in with any name, and as the password a key that may read the import',
  });

/** A browser asks its user for a name and a password where it is told to: for a login, and never because a link has ended. */
export function toError(refusal: Refusal): Answer {
  const answer = problem(refusal);
  const { 'www-authenticate': _, ...headers } = answer.headers ?? {};
  const login = refusal.at === 'key' && { 'www-authenticate': 'Basic realm="headgate reviews", charset="UTF-8"' };
  return { ...answer, headers: { ...headers, ...login } };
}
