import { z } from 'zod';
import { listRejects, type RejectRow } from '../../store/rejects.ts';
import { defineOperation } from '../operation.ts';
import { page, pageInput, pageOf } from '../paging.ts';
import { requireRun } from './run.ts';

const reject = z.object({
  stream: z.string(),
  table: z.string(),
  file: z.string().nullable().meta({ description: 'Where a stream has several files' }),
  line: z.number().int().nullable().meta({ description: 'Of the file, where the record begins' }),
  row: z.number().int().nullable().meta({ description: 'Among the rows that were read, from 1' }),
  field: z.string().nullable(),
  code: z.string(),
  reason: z.string(),
  value: z.string().nullable().meta({ description: 'The text as it came' }),
  record: z
    .record(z.string(), z.string().nullable())
    .nullable()
    .meta({ description: 'The whole row by field, as it came: correct it and send it to `replay`' }),
});

export const runRejects = defineOperation({
  name: 'runs.rejects',
  summary: 'List the refused rows of a run: one entry per field that was wrong',
  scope: 'runs:read',
  input: z.strictObject({
    run: z.string(),
    table: z.string().max(500).optional().meta({ description: 'As the receipts name it; absent: all' }),
    ...pageInput,
    cursor: z
      .string()
      .regex(/^\d{1,15}$/, 'the cursor of a page before')
      .optional(),
  }),
  output: pageOf(reject),
  async run(context, { run, table, cursor, limit }) {
    const { id } = await requireRun(context, run);
    const rows = await listRejects(context.db, context.workspace, id, { table, after: cursor, limit: limit + 1 });
    return page(
      rows.map((row) => ({ ...row, id: row.seq })),
      limit,
      show,
    );
  },
});

const number = (text: string | null): number | null => (text === null ? null : Number(text));

const show = ({ stream, table_name, file, line, row_number, field, code, reason, value, record }: RejectRow) => ({
  stream,
  table: table_name,
  file,
  line: number(line),
  row: number(row_number),
  field,
  code,
  reason,
  value,
  record: record && { ...record },
});
