import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { newId } from '../../domain/ids.ts';
import { scheduleSpec } from '../../domain/pipeline.ts';
import { openingAt } from '../../domain/schedule.ts';
import { holdPipeline, insertRunRanges } from '../../store/ranges.ts';
import { unfinishedRuns } from '../../store/run-ranges.ts';
import { requirePeriod } from '../../store/limits.ts';
import { insertRun } from '../../store/runs.ts';
import { defineOperation } from '../operation.ts';
import { requirePipeline } from '../pipelines/pipeline.ts';
import { requireRange } from './range.ts';

export const triggerRange = defineOperation({
  name: 'ranges.trigger',
  summary: 'Run a pipeline now, over everything since its last good run',
  scope: 'runs:write',
  input: z.strictObject({ pipeline: z.string() }),
  output: z.object({ run: z.string(), number: z.number().int() }),
  async run(context, { pipeline }) {
    const { workspace, clock, wake } = context;
    const { pipeline_id: id } = await requireRange(context, pipeline);
    await requirePeriod(context.db, workspace, clock.now());
    return await context.db.tx(async (tx) => {
      // Runs take turns, because each begins where the one before has ended.
      await holdPipeline(tx, workspace, id);
      if ((await unfinishedRuns(tx, workspace, id)).length > 0) {
        throw new HeadgateError('run.busy', 'a run of this pipeline is already in progress');
      }
      const { state, schedule } = await requirePipeline({ ...context, db: tx }, id);
      if (state !== 'active') throw new HeadgateError('object.conflict', 'the pipeline is not active');
      const now = clock.now();
      const row = await insertRun(tx, workspace, newId('run'), id, 'manual');
      const logicalAt = openingAt(scheduleSpec.parse(schedule), now);
      const [range] = await insertRunRanges(tx, [{ run: row.id, logicalAt, upTo: now }]);
      await wake(tx, row.id);
      return { run: row.id, number: Number(range?.number) };
    });
  },
});
