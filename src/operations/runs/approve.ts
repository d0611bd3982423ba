import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { approveRun as approve } from '../../store/runs.ts';
import { defineOperation } from '../operation.ts';
import { requireRun, runView, show } from './run.ts';

export const approveRun = defineOperation({
  name: 'runs.approve',
  summary: 'Let a held run go on: this once it may delete as many rows as it wants to',
  scope: 'runs:write',
  input: z.strictObject({ run: z.string() }),
  output: runView,
  async run(context, { run }) {
    const { id, state } = await requireRun(context, run);
    return await context.db.tx(async (tx) => {
      const row = await approve(tx, context.workspace, id);
      if (!row) throw new HeadgateError('object.conflict', `the run waits for no decision: ${state}`);
      await context.wake(tx, row.id);
      return show(row);
    });
  },
});
