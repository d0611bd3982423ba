import { z } from 'zod';
import { outputOfFile } from '../../store/run-outputs.ts';
import { defineOperation } from '../operation.ts';
import { outputView, showOutput } from '../runs/outputs.ts';
import { requireFile } from './file.ts';

export const fileOrigin = defineOperation({
  name: 'files.origin',
  summary: 'Which run has made a file, and what it found out about it',
  scope: 'files:read',
  input: z.strictObject({ file: z.string() }),
  output: z.object({ output: outputView.nullable() }),
  async run(context, { file }) {
    const { id } = await requireFile(context, file);
    const row = await outputOfFile(context.db, context.workspace, id);
    return { output: row ? showOutput(row) : null };
  },
});
