import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { rejectRun as reject } from '../../store/runs.ts';
import { defineOperation } from '../operation.ts';
import { requireRun, runView, show } from './run.ts';

export const rejectRun = defineOperation({
  name: 'runs.reject',
  summary: 'End a held run: nothing of it is published',
  scope: 'runs:write',
  input: z.strictObject({ run: z.string() }),
  output: runView,
  async run(context, { run }) {
    const { id, state } = await requireRun(context, run);
    const row = await reject(context.db, context.workspace, id);
    if (!row) throw new HeadgateError('object.conflict', `the run waits for no decision: ${state}`);
    return show(row);
  },
});
