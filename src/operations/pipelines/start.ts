import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { newId } from '../../domain/ids.ts';
import { runTask } from '../../domain/run.ts';
import { requirePeriod } from '../../store/limits.ts';
import { holdPipeline } from '../../store/ranges.ts';
import { insertRun, unfinishedRun } from '../../store/runs.ts';
import { defineOperation } from '../operation.ts';
import { runView, show } from '../runs/run.ts';
import { requirePipeline } from './pipeline.ts';

export const startPipeline = defineOperation({
  name: 'pipelines.start',
  summary: 'Run a pipeline now, unless a run of it has not ended',
  scope: 'runs:write',
  input: z.strictObject({
    pipeline: z.string(),
    task: runTask.optional().meta({ description: 'What the run does instead of the flows' }),
  }),
  output: runView,
  async run(context, { pipeline, task }) {
    const { id, state } = await requirePipeline(context, pipeline);
    if (state === 'archived') throw new HeadgateError('object.conflict', 'the pipeline is archived');
    await requirePeriod(context.db, context.workspace, context.clock.now());
    return await context.db.tx(async (tx) => {
      // Of two that ask at once, one waits here and finds the other's run.
      await holdPipeline(tx, context.workspace, id);
      if (await unfinishedRun(tx, context.workspace, id)) {
        throw new HeadgateError('run.busy', 'a run of this pipeline is already in progress');
      }
      const row = await insertRun(tx, context.workspace, newId('run'), id, 'manual', { ...(task && { task }) });
      await context.wake(tx, row.id);
      return show(row);
    });
  },
});
