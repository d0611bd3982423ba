import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { newId } from '../../domain/ids.ts';
import { requirePeriod } from '../../store/limits.ts';
import { insertRun } from '../../store/runs.ts';
import { defineOperation } from '../operation.ts';
import { runView, show } from '../runs/run.ts';
import { requirePipeline } from './pipeline.ts';

export const triggerPipeline = defineOperation({
  name: 'pipelines.trigger',
  summary: 'Run a pipeline now',
  scope: 'runs:write',
  input: z.strictObject({ pipeline: z.string() }),
  output: runView,
  async run(context, { pipeline }) {
    const { id, state } = await requirePipeline(context, pipeline);
    if (state === 'archived') throw new HeadgateError('object.conflict', 'the pipeline is archived');
    await requirePeriod(context.db, context.workspace, context.clock.now());
    // The run and its wake-up stand or fall together.
    return await context.db.tx(async (tx) => {
      const row = await insertRun(tx, context.workspace, newId('run'), id, 'manual');
      await context.wake(tx, row.id);
      return show(row);
    });
  },
});
