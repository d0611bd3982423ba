/** Many problems at once, what others do, and the way out: as a file, or as the result of the import. */
import { z } from 'zod';
import { endReview } from '../../../operations/reviews/finish.ts';
import { exportRows } from '../../../operations/reviews/export.ts';
import { foreseenShape, foreseeReplacing, groupShape, listGroups } from '../../../operations/reviews/groups.ts';
import { sentReplacement } from '../../../operations/reviews/sent.ts';
import { newsAfter, newsShape } from '../../../operations/reviews/watch.ts';
import type { Route } from '../../dialect.ts';
import { contextOf } from '../../mount.ts';
import { concludeReview } from './conclude.ts';
import { asReviewer, reviewedOf, reviewRoute, visitOf } from './review-access.ts';
import { limitsOf, showState, stateShape } from './review-state.ts';

const groups = reviewRoute({
  method: 'GET',
  path: '/groups',
  name: 'groups',
  summary: 'Problems that are the same, with what could be done about all of them',
  replies: { 200: z.object({ groups: z.array(groupShape) }) },
  handle: async (context, visit) => ({
    status: 200,
    body: {
      groups: (await listGroups(context, await reviewedOf(context, visit))).map(({ values, suggestion, ...group }) => ({
        ...group,
        values: values.map((one) => ({ ...one })),
        ...(suggestion && { suggestion: { ...suggestion } }),
      })),
    },
  }),
});

const preview = reviewRoute({
  method: 'POST',
  path: '/replace/preview',
  name: 'replace.preview',
  summary: 'What replacing would change',
  body: sentReplacement,
  replies: { 200: foreseenShape },
  async handle(context, visit, { body }) {
    const { count, samples } = await foreseeReplacing(context, await reviewedOf(context, visit), limitsOf(visit.found), body);
    return { status: 200, body: { count, samples: samples.map((one) => ({ ...one })) } };
  },
});

const changes = reviewRoute({
  method: 'GET',
  path: '/changes',
  name: 'changes',
  summary: 'What was changed after a version: waits for it, half a minute at most',
  query: z.object({
    after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
    people: z.coerce.number().int().min(0).max(1_000_000).optional(),
  }),
  replies: { 200: newsShape.omit({ ended: true }).extend({ status: z.enum(['review', 'done']) }) },
  async handle(context, visit, { query }) {
    const { ended, ...news } = await newsAfter(context, await reviewedOf(context, visit), query, context.signal);
    return { status: 200, body: { ...news, status: ended ? 'done' : 'review' } };
  },
});

const finish = reviewRoute({
  method: 'POST',
  path: '/finish',
  name: 'finish',
  summary: 'End the review: what is there is delivered',
  always: true,
  body: z.object({
    version: z.number().int().min(0),
    confirmed: z.boolean().default(false).meta({ description: 'Yes to the `confirmation` of the answer before' }),
  }),
  replies: { 200: stateShape },
  async handle(context, visit, { body: { version, confirmed } }) {
    const { found, standing } = visit;
    if (standing.status !== 'NEEDS_REVIEW') return { status: 200, body: await showState(context, visit) };
    const reviewed = await reviewedOf(context, visit);
    const { blocks, confirmation } = await endReview(context, reviewed, {
      version,
      confirmed,
      pipeline: found.data.pipeline ?? '',
      told: standing.findings?.told ?? {},
      ended: async (tx, delivered) =>
        await concludeReview(contextOf({ ...asReviewer(context), db: tx }, 'dromo'), visit, delivered),
    });
    const after = await visitOf(context, found.id, true);
    return {
      status: 200,
      body: { ...(await showState(context, after, [...blocks])), ...(confirmation && { confirmation: { ...confirmation } }) },
    };
  },
});

const types = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;

const exported = reviewRoute({
  method: 'GET',
  path: '/export',
  name: 'export',
  summary: 'Rows with what is wrong with them, as a file',
  query: z.object({ what: z.enum(['errors', 'all']).default('errors'), format: z.enum(['csv', 'xlsx']).default('csv') }),
  replies: { 200: z.string() },
  streams: 'application/octet-stream',
  async handle(context, visit, { query }) {
    const bytes = await exportRows(context, await reviewedOf(context, visit), query, context.signal);
    const headers = {
      'content-type': types[query.format],
      'content-disposition': `attachment; filename="${query.what === 'errors' ? 'problems' : 'rows'}.${query.format}"`,
    };
    return { status: 200, headers, body: ReadableStream.from(bytes) };
  },
});

export const manyRoutes: readonly Route[] = [groups, preview, changes, finish, exported];
