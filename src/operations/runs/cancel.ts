import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { requestCancel } from '../../store/runs.ts';
import { defineOperation } from '../operation.ts';
import { requireRun, runView, show } from './run.ts';

export const cancelRun = defineOperation({
  name: 'runs.cancel',
  summary: 'Stop a run: what it has not published is as if it had never been',
  scope: 'runs:write',
  input: z.strictObject({ run: z.string() }),
  output: runView,
  async run(context, { run }) {
    const { id, state } = await requireRun(context, run);
    const row = await requestCancel(context.db, context.workspace, id);
    if (!row) throw new HeadgateError('object.conflict', `the run has ended: ${state}`);
    return show(row);
  },
});
