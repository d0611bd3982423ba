import { z } from 'zod';
import { readLogs } from '../../store/run-logs.ts';
import { defineOperation } from '../operation.ts';
import { requireRun } from './run.ts';

const line = z.object({
  seq: z.number().int(),
  at: z.iso.datetime(),
  level: z.enum(['info', 'warn', 'error']),
  message: z.string(),
  fields: z.json(),
});

export const runLogs = defineOperation({
  name: 'runs.logs',
  summary: 'Read the log of a run, from behind a line',
  scope: 'runs:read',
  input: z.strictObject({
    run: z.string(),
    after: z.coerce.number().int().min(0).default(0).meta({ description: 'The `seq` of the last line that is known' }),
    limit: z.coerce.number().int().min(1).max(10_000).default(200),
  }),
  output: z.object({ data: z.array(line) }),
  async run(context, { run, after, limit }) {
    const { id } = await requireRun(context, run);
    const rows = await readLogs(context.db, context.workspace, id, after, limit);
    return {
      data: rows.map(({ seq, at, level, message, fields }) => ({
        seq: Number(seq),
        at: at.toISOString(),
        level,
        message,
        fields: fields as z.core.util.JSONType, // jsonb that we wrote
      })),
    };
  },
});
