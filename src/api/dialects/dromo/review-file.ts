/** What the file is: its sheet, the row of names, which column is what, and what texts mean. */
import { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import { datesShape, listDates, saidDates, textsWithoutOption, valuesShape } from '../../../operations/reviews/groups.ts';
import { previewFile, previewShape } from '../../../operations/reviews/preview.ts';
import { readAgain, type Said } from '../../../operations/reviews/reread.ts';
import type { Reviewed } from '../../../operations/reviews/open.ts';
import type { Route, RouteContext } from '../../dialect.ts';
import { rememberMapping } from './mappings.ts';
import { reviewedOf, reviewRoute, type Visit } from './review-access.ts';
import { allowsCustom, showState, stateShape } from './review-state.ts';

const preview = reviewRoute({
  method: 'GET',
  path: '/preview',
  name: 'preview',
  summary: 'The first rows of the file as they stand, and what its columns are taken for',
  replies: { 200: previewShape },
  handle: async (context, visit) => ({ status: 200, body: await previewFile(context, await reviewedOf(context, visit)) }),
});

const values = reviewRoute({
  method: 'GET',
  path: '/values',
  name: 'values',
  summary: 'Texts of a field that mean none of its options',
  query: z.object({ field: z.string().max(1000) }),
  replies: { 200: valuesShape },
  handle: async (context, visit, { query }) => ({
    status: 200,
    body: { values: [...(await textsWithoutOption(context, await reviewedOf(context, visit), query.field))] },
  }),
});

const dates = reviewRoute({
  method: 'GET',
  path: '/dates',
  name: 'dates',
  summary: 'How dates may be read that are read only as somebody agrees to',
  replies: { 200: datesShape },
  handle: async (context, visit) => ({ status: 200, body: await listDates(context, await reviewedOf(context, visit)) }),
});

interface Choice<Body> {
  readonly name: string;
  /** Absent = it is called as it is. */
  readonly path?: string;
  readonly summary: string;
  readonly body: z.ZodType<Body>;
  /** Throws `request.invalid` for what this import does not allow. */
  said(body: Body, visit: Visit): Said;
}

/** Header → field: what is remembered for the next file. */
async function namesOf(
  context: RouteContext,
  reviewed: Reviewed,
  mapping: Readonly<Record<string, string | null>>,
): Promise<Readonly<Record<string, string | null>>> {
  const { columns } = await previewFile(context, reviewed);
  return Object.fromEntries(
    columns.flatMap(({ index, header }) => (header === '' ? [] : [[header, mapping[String(index)] ?? null] as const])),
  );
}

/** The file is read anew, and edits go. */
const choice = <Body>({ name, path = name, summary, body, said }: Choice<Body>): Route =>
  reviewRoute({
    method: 'PUT',
    path: `/${path}`,
    name,
    summary: `${summary}: the file is read anew, and edits go`,
    body,
    replies: { 200: stateShape },
    async handle(context, visit, asked) {
      const wanted = said(asked.body, visit);
      const reviewed = await reviewedOf(context, visit);
      await readAgain(context, reviewed, wanted);
      if ('mapping' in wanted) await rememberMapping(context, visit.found, await namesOf(context, reviewed, wanted.mapping));
      return { status: 200, body: await showState(context, visit) };
    },
  });

const text = z.string().max(10_000);

export const fileRoutes: readonly Route[] = [
  preview,
  values,
  dates,
  choice({
    name: 'sheet',
    summary: 'Say which sheet is meant',
    body: z.object({ sheet: text }),
    said: ({ sheet }) => ({ sheet }),
  }),
  choice({
    name: 'header',
    summary: 'Say which row has the names of the columns',
    body: z.object({ row: z.number().int().min(0).max(1_000_000) }),
    said: ({ row }) => ({ header: row }),
  }),
  choice({
    name: 'mapping',
    summary: 'Say which column is what',
    body: z.object({
      columns: z.record(z.string(), text.nullable()),
      custom: z.array(z.int().min(0).max(1_000_000)).max(100_000).default([]),
    }),
    said: ({ columns, custom }, { found }) => {
      if (custom.length > 0 && !allowsCustom(found.data.settings))
        throw new HeadgateError('request.invalid', 'reading a file: this import has no fields but its own');
      return { mapping: columns, custom };
    },
  }),
  choice({
    name: 'values',
    summary: 'Say what texts of a field mean',
    body: z.object({ field: text, map: z.record(text, text.nullable()) }),
    said: ({ field, map }) => ({ field, values: map }),
  }),
  choice({
    name: 'dates.say',
    path: 'dates',
    summary: 'Say how the dates of a field are read',
    body: saidDates,
    said: ({ field, order }) => ({ field, dates: order }),
  }),
];
