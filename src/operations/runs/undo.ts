import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { isAtRest } from '../../domain/run.ts';
import { defineOperation } from '../operation.ts';
import { requireRun, runView, show } from './run.ts';
import { chosenReceipt, startTask } from './task.ts';

export const undoRun = defineOperation({
  name: 'runs.undo',
  summary: 'Put a table and its position back to what they were before a run, where `undo` of its flow kept that',
  scope: 'runs:write',
  input: z.strictObject({
    run: z.string(),
    table: z.string().max(500).optional().meta({ description: 'As the receipts name it; needed where there are several' }),
  }),
  output: runView,
  async run(context, { run, table }) {
    const row = await requireRun(context, run);
    if (!isAtRest(row.state)) throw new HeadgateError('object.conflict', `the run has not ended: ${row.state}`);
    if (row.task?.kind === 'undo')
      throw new HeadgateError('object.conflict', 'the run is an undo itself: run the pipeline again');
    const receipt = chosenReceipt(row, table, ({ written, deleted }) => written + deleted > 0);
    return show(await startTask(context, row.pipeline_id, { kind: 'undo', of: row.id, table: receipt.table }));
  },
});
