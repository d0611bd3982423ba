/** Sessions: whoever has made one gives out links to the reviews that name it, each good for a while, until the session ends. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../domain/clock.ts';
import { holds } from '../../domain/access.ts';
import { HeadgateError } from '../../domain/error.ts';
import { deleteSession, hasSession, insertSession, sessionDays } from '../../store/review-sessions.ts';
import { defineOperation, type OpContext } from '../operation.ts';
import { sessionToken } from './session-token.ts';

const dayMs = 86_400_000;

/** The longest time that a token is good, in seconds: a session that nobody saves has ended by then. */
export const longestLoan = (sessionDays * dayMs) / 1000;

/** Sessions that were saved after this moment are there. */
export const savedSince = (clock: Clock): Date => new Date(clock.now().getTime() - sessionDays * dayMs);

/** They are their maker's; who may write in the whole workspace has all of them. */
const ownerOf = ({ actor }: OpContext): string | undefined => (holds(actor.level, 'write') ? undefined : actor.principal);

export const createSession = defineOperation({
  name: 'review_sessions.create',
  summary: 'Begin a session, whose links open the reviews that name it',
  scope: 'files:write',
  access: { level: 'none' },
  input: z.strictObject({ label: z.string() }),
  output: z.object({ id: z.string(), saved_at: z.iso.datetime() }),
  async run({ db, clock, workspace, actor }, { label }) {
    const [id, at] = [randomUUID(), clock.now()];
    await insertSession(db, workspace, { id, principal: actor.principal, label, at });
    return { id, saved_at: at.toISOString() };
  },
});

/** Throws `object.missing`: also for one that has ended. */
export const getSession = defineOperation({
  name: 'review_sessions.get',
  summary: 'Get a session that has not ended',
  // Who gets one gives out its links.
  scope: 'files:write',
  access: { level: 'none' },
  input: z.strictObject({ session: z.string() }),
  output: z.object({ id: z.string() }),
  async run(context, { session: id }) {
    const { db, clock, workspace } = context;
    if (await hasSession(db, workspace, id, savedSince(clock), ownerOf(context))) return { id };
    throw new HeadgateError('object.missing', 'there is no such session', {
      hint: `begin another one: a session ends ${sessionDays} days after it was last saved`,
    });
  },
});

/** Its links end with it; reviews and their own links stay. No error where there is none. */
export const endSession = defineOperation({
  name: 'review_sessions.delete',
  summary: 'End a session: its links open nothing more',
  scope: 'files:write',
  access: { level: 'none' },
  input: z.strictObject({ session: z.string() }),
  output: z.object({}),
  async run(context, { session }) {
    await deleteSession(context.db, context.workspace, session, ownerOf(context));
    return {};
  },
});

/** A token for its reviews. */
export function lendSession(context: OpContext, session: string, seconds: number): string {
  const until = new Date(context.clock.now().getTime() + seconds * 1000);
  return sessionToken(context, { workspace: context.workspace, session, until });
}
