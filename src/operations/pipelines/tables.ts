import { z } from 'zod';
import { freshnessOf } from '../../store/freshness.ts';
import { defineOperation } from '../operation.ts';
import { requirePipeline } from './pipeline.ts';

const table = z.object({
  table: z.string(),
  stream: z.string(),
  fresh_at: z.iso.datetime().meta({ description: 'What happened in the source before then is in the table' }),
  age_seconds: z.number(),
  run: z.string().meta({ description: 'The run that wrote it last' }),
  rows_written: z.number(),
});

export const pipelineTables = defineOperation({
  name: 'pipelines.tables',
  summary: 'List the tables that a pipeline has written, and how fresh each of them is',
  scope: 'pipelines:read',
  input: z.strictObject({ pipeline: z.string() }),
  output: z.object({ data: z.array(table) }),
  async run(context, { pipeline }) {
    const { id } = await requirePipeline(context, pipeline);
    // Leases and runs go by real time, and so does what a run has seen.
    const now = Date.now();
    const rows = await freshnessOf(context.db, context.workspace, id);
    return {
      data: rows.map(({ table_name, stream, fresh_at, run_id, rows_written }) => ({
        table: table_name,
        stream,
        fresh_at: fresh_at.toISOString(),
        age_seconds: Math.max(0, (now - fresh_at.getTime()) / 1000),
        run: run_id,
        rows_written: Number(rows_written),
      })),
    };
  },
});
