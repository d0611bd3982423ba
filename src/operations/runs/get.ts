import { z } from 'zod';
import { defineOperation } from '../operation.ts';
import { requireRun, runView, show } from './run.ts';

export const getRun = defineOperation({
  name: 'runs.get',
  summary: 'Get a run with its receipts',
  scope: 'runs:read',
  input: z.strictObject({ run: z.string() }),
  output: runView,
  run: async (context, { run }) => show(await requireRun(context, run)),
});
