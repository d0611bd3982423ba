import { z } from 'zod';
import { listOutputs, type OutputRow } from '../../store/run-outputs.ts';
import { defineOperation } from '../operation.ts';
import { requireRun } from './run.ts';

export const outputView = z.object({
  run: z.string(),
  name: z.string(),
  file: z.string().nullable().meta({ description: 'The id of the file; null: there is only the value' }),
  value: z.json(),
  created_at: z.iso.datetime(),
});

export const showOutput = (row: OutputRow): z.input<typeof outputView> => ({
  run: row.run_id,
  name: row.name,
  file: row.file_id,
  value: row.value as z.core.util.JSONType, // jsonb that we wrote
  created_at: row.created_at.toISOString(),
});

export const runOutputs = defineOperation({
  name: 'runs.outputs',
  summary: 'List what a run has made besides rows in tables: files, and answers to questions',
  scope: 'runs:read',
  input: z.strictObject({ run: z.string() }),
  output: z.object({ data: z.array(outputView) }),
  async run(context, { run }) {
    const { id } = await requireRun(context, run);
    return { data: (await listOutputs(context.db, context.workspace, id)).map(showOutput) };
  },
});
