/** The way into a review: the id in the path, the token in a header, and nothing else. */
import type { ZodType } from 'zod';
import { enterReview, noReview, reviewer } from '../../../operations/reviews/access.ts';
import { getFile } from '../../../operations/files/get.ts';
import { perform } from '../../../operations/operation.ts';
import type { Reviewed } from '../../../operations/reviews/open.ts';
import { contextOf } from '../../mount.ts';
import type { Answer, Incoming, PublicContext, Route, RouteContext } from '../../dialect.ts';
import { defineRoute } from '../../route.ts';
import { requireStoredImport, type StoredImport } from './imports-stored.ts';
import { requireLogin } from './review-login.ts';
import { standingOf, type Standing } from './status.ts';

/** An import, and how far it is, for whoever has its link. */
export interface Visit {
  readonly found: StoredImport;
  readonly standing: Standing;
  /** Its end, where a person has said so. */
  readonly finished: boolean;
}

export const reviewPath = '/headless/:id';

const usualValues = 50;

interface SpecAsked<Query, Body> extends Pick<Incoming, 'params' | 'requestId'> {
  readonly query: Query;
  readonly body: Body;
}

interface Spec<Query, Body> {
  readonly method: Route['method'];
  /** Below the address of the review. */
  readonly path: string;
  readonly name: string;
  readonly summary: string;
  /** Answers also before there is something to review, and when it has ended. */
  readonly always?: true;
  readonly query?: ZodType<Query>;
  readonly body?: ZodType<Body>;
  readonly replies: Readonly<Record<number, ZodType | undefined>>;
  readonly streams?: string;
  handle(context: RouteContext, visit: Visit, asked: SpecAsked<Query, Body>): Promise<Answer>;
}

/** Throws `access.key` as well where there is nothing to review, so that a link tells no more than it must. */
export function reviewRoute<Query = undefined, Body = undefined>(spec: Spec<Query, Body>): Route {
  const { method, path, name, summary, always, query, body, replies, streams } = spec;
  const inner = defineRoute<Visit, Query, Body>({
    method,
    path: `${reviewPath}/api${path}`,
    name: `review.${name}`,
    summary,
    auth: 'signed',
    scope: 'files:read',
    ...(query && { query }),
    ...(body && { body }),
    replies,
    ...(streams !== undefined && { streams }),
    resolve: async (context, { id }) => await visitOf(context, id ?? '', always),
    handle: async (context, { found, query: asked, body: sent, params, requestId }) =>
      await spec.handle(context, found, { query: asked, body: sent, params, requestId }),
  });
  return { ...inner, auth: 'none', handle: async (open, request) => await inner.handle(await entered(open, request), request) };
}

async function entered(open: PublicContext, request: Incoming): Promise<RouteContext> {
  const row = await enterReview(open, request.params['id'] ?? '', request.headers.get('x-review-token') ?? '');
  const workspace = Number(row.workspace_id);
  await requireLogin(open, request, workspace);
  return contextOf({ ...open, actor: reviewer(workspace), workspace }, 'dromo');
}

export async function visitOf(context: RouteContext, id: string, always: true | undefined): Promise<Visit> {
  const found = await requireStoredImport(context, id);
  const standing = await standingOf(context, found);
  if (!always && standing.status !== 'NEEDS_REVIEW') throw noReview();
  return { found, standing, finished: standing.reviewed ?? false };
}

/** Whoever ends a review, or says which column is what, does it for the import's maker. */
export function asReviewer(context: RouteContext): RouteContext {
  const actor = { ...context.actor, scopes: [...context.actor.scopes, 'runs:write'] };
  return contextOf({ ...context, actor }, 'dromo');
}

/** As its run has looked at it: with the headers that were remembered then, and the limits of that time. */
export async function reviewedOf(
  context: RouteContext,
  { found, standing: { task } }: Pick<Visit, 'found' | 'standing'>,
): Promise<Reviewed> {
  const { run } = found.data;
  if (!task || run === undefined) throw noReview();
  const { name } = await perform(getFile, context, { file: found.file });
  // As the pipeline of the import names it.
  const file = `${found.file}/${name.replaceAll(/[*{}]/g, '_')}`;
  const mostValues = found.data.settings.matchValuesStep?.maxMappableSelectValues ?? usualValues;
  return { workspace: context.workspace, id: found.id, run, file, task, mostValues };
}
