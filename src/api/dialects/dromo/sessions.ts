/** Sessions: a backend gives the reviews of its imports links that end soon, and gives them anew as often as it likes. */
import { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import { perform } from '../../../operations/operation.ts';
import { createSession, endSession, getSession, lendSession, longestLoan } from '../../../operations/reviews/sessions.ts';
import type { GuardedRoute, RouteContext } from '../../dialect.ts';
import { defineRoute } from '../../route.ts';
import { requireTurn } from './limits.ts';
import type { Settings } from './settings-shapes.ts';

export const sessionsPath = '/api/widget/session/v2';

/** Six hours. */
const usualLoan = 21_600;

const expires_in = z.int().min(1).max(longestLoan).default(usualLoan).meta({ description: 'Seconds that the token is good' });
const lent = { hydrationId: z.string(), expiresIn: z.int() };

const lend = (context: RouteContext, session: string, seconds: number): z.input<z.ZodObject<typeof lent>> => ({
  hydrationId: lendSession(context, session, seconds),
  expiresIn: seconds,
});

const create = defineRoute({
  method: 'POST',
  path: `${sessionsPath}/auth`,
  name: 'sessions.create',
  summary: 'Begin a session, with a first token for the reviews of the imports that name it',
  auth: 'key',
  scope: 'files:write',
  body: z.object({ import_identifier: z.string().max(1000).default(''), expires_in }).prefault({}),
  replies: { 201: z.object({ sessionId: z.uuid(), ...lent, savedAt: z.iso.datetime() }) },
  async handle(context, { body: { import_identifier: label, expires_in: seconds } }) {
    requireTurn(context, 'creates', 'session');
    const { id, saved_at } = await perform(createSession, context, { label });
    return { status: 201, body: { sessionId: id, ...lend(context, id, seconds), savedAt: saved_at } };
  },
});

const resume = defineRoute({
  method: 'POST',
  path: `${sessionsPath}/:session/auth`,
  name: 'sessions.resume',
  summary: 'Make another token of a session',
  auth: 'key',
  scope: 'files:write',
  resolve: async (context, { session = '' }) => await perform(getSession, context, { session }),
  body: z.object({ expires_in }).prefault({}),
  replies: { 200: z.object(lent) },
  handle(context, { found: { id }, body: { expires_in: seconds } }) {
    requireTurn(context, 'polls', id);
    return Promise.resolve({ status: 200, body: lend(context, id, seconds) });
  },
});

const remove = defineRoute({
  method: 'DELETE',
  path: `${sessionsPath}/:session`,
  name: 'sessions.delete',
  summary: 'End a session: none of its tokens is good any more, but imports and their own links stay',
  auth: 'key',
  scope: 'files:write',
  replies: { 200: z.object({ success: z.literal(true) }) },
  async handle(context, { params: { session = '' } }) {
    await perform(endSession, context, { session });
    return { status: 200, body: { success: true } };
  },
});

export const sessionRoutes: readonly GuardedRoute[] = [create, resume, remove];

/** The session whose tokens open the review. Undefined = none: any text is accepted there, as it is by the original (contract section 9). */
export async function namedSession(context: RouteContext, { sessionId }: Settings): Promise<string | undefined> {
  if (sessionId == null) return undefined;
  try {
    return (await perform(getSession, context, { session: sessionId })).id;
  } catch (error) {
    if (error instanceof HeadgateError && error.code === 'object.missing') return undefined;
    throw error;
  }
}
