/** The refused rows of a run as one file: with their reasons to read, or as rows to correct and send back. */
import { z } from 'zod';
import { InvalidInput, perform, type OpContext } from '../../../operations/operation.ts';
import { runRejects } from '../../../operations/runs/rejects.ts';
import type { GuardedRoute } from '../../dialect.ts';
import { queryOf } from '../../route.ts';
import { requireText } from '../../text.ts';

const input = runRejects.input.pick({ run: true, table: true }).extend({
  form: z
    .enum(['reasons', 'rows'])
    .default('reasons')
    .meta({ description: '`reasons`: a line per refused field; `rows`: each row once, by its own fields, for `replay`' }),
});

type Page = z.output<typeof runRejects.output>;
type Reject = Page['data'][number];

const reasonColumns = ['stream', 'table', 'file', 'line', 'row', 'field', 'code', 'reason', 'value'] as const;

export const rejectsCsv: GuardedRoute = {
  method: 'GET',
  path: '/v1/workspaces/:workspace/runs/:run/rejects.csv',
  name: 'runs.rejects.csv',
  summary: 'Download the refused rows of a run as csv',
  auth: 'key',
  scope: 'runs:read',
  documented: { input, replies: { 200: z.string() }, streams: 'text/csv' },
  async handle(context, { params, url }) {
    const query = queryOf(url.searchParams);
    requireText(query);
    const { data: asked, error } = input.safeParse({ ...query, run: params['run'] });
    if (!asked) throw new InvalidInput('runs.rejects', error.issues);
    // What is wrong with the request is said before the file begins.
    const first = await pageOf(context, asked);
    const lines = asked.form === 'rows' ? rowLines(context, asked, first) : reasonLines(context, asked, first);
    const encoder = new TextEncoder();
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const next = await lines.next();
        if (next.done === true) controller.close();
        else controller.enqueue(encoder.encode(next.value));
      },
      cancel: async () => void (await lines.return(undefined)),
    });
    const disposition = `attachment; filename="${asked.run.replaceAll(/\W/g, '')}-${asked.form}.csv"`;
    return { status: 200, headers: { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': disposition }, body };
  },
};

type Asked = z.output<typeof input>;

async function pageOf(context: OpContext, { run, table }: Asked, cursor?: string): Promise<Page> {
  return await perform(runRejects, context, { run, table, cursor, limit: 200 });
}

async function* pages(context: OpContext, asked: Asked, first: Page): AsyncGenerator<readonly Reject[]> {
  for (let page = first; ; page = await pageOf(context, asked, page.next_cursor ?? undefined)) {
    yield page.data;
    if (!page.has_more) return;
  }
}

async function* reasonLines(context: OpContext, asked: Asked, first: Page): AsyncGenerator<string, void, undefined> {
  yield line(reasonColumns);
  for await (const rejects of pages(context, asked, first)) {
    for (const reject of rejects) yield line(reasonColumns.map((name) => reject[name]));
  }
}

/** The fields of the first row are those of all: rows of one table come from one stream. */
async function* rowLines(context: OpContext, asked: Asked, first: Page): AsyncGenerator<string, void, undefined> {
  let [names, last]: [readonly string[] | undefined, string] = [undefined, ''];
  for await (const rejects of pages(context, asked, first)) {
    for (const { record, table, file, row } of rejects) {
      const place = `${table} ${file ?? ''} ${row ?? ''}`;
      // A row with several faults has several entries, one behind the other; one without a number has one.
      if (!record || (row !== null && place === last)) continue;
      last = place;
      if (!names) yield line((names = Object.keys(record)));
      yield line(names.map((name) => record[name] ?? null));
    }
  }
}

/** NULL is nothing, the empty text `""`. */
const line = (values: readonly (string | number | null)[]): string => `${values.map(cell).join(',')}\n`;

function cell(value: string | number | null): string {
  if (value === null) return '';
  const text = String(value);
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
