/** What the page asks for, and what people do there. */
import { z } from 'zod';
import { changeRows, turnBack, type Changed, type Stale } from '../../../operations/reviews/change.ts';
import {
  problemAt,
  problemShape,
  rowShape,
  rowsOut,
  seekingShape,
  showRows,
  viewRows,
  viewShape,
  wantedShape,
  widest,
  windowShape,
} from '../../../operations/reviews/look.ts';
import { editOf, sentEdit } from '../../../operations/reviews/sent.ts';
import { countsShape, endingShape, endOf } from '../../../operations/reviews/state.ts';
import type { Answer, Route, RouteContext } from '../../dialect.ts';
import { problem } from '../../problem.ts';
import { reviewedOf, reviewRoute, type Visit } from './review-access.ts';
import { limitsOf, showState, stateShape } from './review-state.ts';

const version = z.number().int().min(0);

const state = reviewRoute({
  method: 'GET',
  path: '/state',
  name: 'state',
  summary: 'How far a review is, and what is wrong with its rows',
  always: true,
  replies: { 200: stateShape },
  handle: async (context, visit) => ({ status: 200, body: await showState(context, visit) }),
});

const views = reviewRoute({
  method: 'POST',
  path: '/views',
  name: 'views',
  summary: 'Fix which rows are looked at, and in which order',
  body: wantedShape,
  replies: { 200: viewShape },
  async handle(context, visit, { body }) {
    return { status: 200, body: { ...(await viewRows(context, await reviewedOf(context, visit), body)) } };
  },
});

const rows = reviewRoute({
  method: 'GET',
  path: '/views/:view/rows',
  name: 'rows',
  summary: 'Rows of a view, 200 at most',
  query: z.object({
    offset: z.coerce.number().int().min(0).max(1_000_000_000).default(0),
    limit: z.coerce.number().int().min(1).max(widest).default(widest),
  }),
  replies: { 200: windowShape },
  handle: async (context, visit, { query, params }) => ({
    status: 200,
    body: await showRows(context, await reviewedOf(context, visit), { ...query, view: params['view'] ?? '' }),
  }),
});

const nextProblem = reviewRoute({
  method: 'GET',
  path: '/views/:view/problem',
  name: 'problem',
  summary: 'The next cell of a view that has a problem',
  query: seekingShape,
  replies: { 200: problemShape },
  async handle(context, visit, { query, params }) {
    const found = await problemAt(context, await reviewedOf(context, visit), params['view'] ?? '', query);
    return { status: 200, body: found ? { ...found } : { position: null } };
  },
});

const changed = z.object({
  version: z.number(),
  edit: z.number(),
  rows: z.array(rowShape),
  counts: countsShape,
  undo: z.number(),
  redo: z.number(),
  finish: endingShape,
});

/** A problem as others are, with the row as it is now; or such as others are, where there are no rows yet. */
const conflict = z.union([
  z.looseObject({ code: z.literal('review.stale'), version: z.number(), row: rowShape.nullable() }),
  z.looseObject({ code: z.literal('object.conflict'), status: z.literal(409) }),
]);

async function answer(context: RouteContext, visit: Visit, made: Changed | Stale, requestId: string): Promise<Answer> {
  if ('stale' in made) {
    const { body, headers = {} } = problem({ error: made.stale, requestId });
    const about = {
      ...(body as object),
      status: 409,
      version: made.version,
      row: made.row ? (rowsOut([made.row])[0] ?? null) : null,
    };
    return { status: 409, headers, body: about };
  }
  const { version: now, edit, rows: touched, counts, undo, redo } = made;
  const finish = endOf(await reviewedOf(context, visit), counts);
  return {
    status: 200,
    body: {
      version: now,
      edit,
      rows: rowsOut(touched),
      counts: { ...counts, byColumn: { ...counts.byColumn } },
      undo,
      redo,
      finish: { ...finish },
    },
  };
}

const edits = reviewRoute({
  method: 'POST',
  path: '/edits',
  name: 'edits',
  summary: 'Change cells, or remove, restore and add rows',
  body: z.object({ version, edit: sentEdit }),
  replies: { 200: changed, 409: conflict },
  async handle(context, visit, { body: { version: seen, edit }, requestId }) {
    const wanted = {
      version: seen,
      entry: async (review: Parameters<typeof editOf>[0]) => await editOf(review, edit, limitsOf(visit.found)),
    };
    const made = await changeRows(context, await reviewedOf(context, visit), limitsOf(visit.found), wanted);
    return await answer(context, visit, made, requestId);
  },
});

const turn = (kind: 'undo' | 'redo'): Route =>
  reviewRoute({
    method: 'POST',
    path: `/${kind}`,
    name: kind,
    summary: kind === 'undo' ? 'Take back the last edit' : 'Make an edit again that was taken back',
    body: z.object({ version }),
    replies: { 200: changed, 409: conflict },
    async handle(context, visit, { body, requestId }) {
      const made = await turnBack(context, await reviewedOf(context, visit), kind, body.version);
      return await answer(context, visit, made, requestId);
    },
  });

export const rowRoutes: readonly Route[] = [state, views, rows, nextProblem, edits, turn('undo'), turn('redo')];
