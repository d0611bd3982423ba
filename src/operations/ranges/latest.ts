import { z } from 'zod';
import { latestRunRange } from '../../store/run-ranges.ts';
import { defineOperation } from '../operation.ts';
import { requireRange, runRangeView, show } from './range.ts';

export const latestRange = defineOperation({
  name: 'ranges.latest',
  summary: 'The run that is called after the latest instant, and the last one that ended well',
  scope: 'runs:read',
  input: z.strictObject({ pipeline: z.string() }),
  output: z.object({ latest: runRangeView.nullable(), last_good: z.number().int().nullable() }),
  async run(context, { pipeline }) {
    const { pipeline_id, last_good } = await requireRange(context, pipeline);
    const row = await latestRunRange(context.db, context.workspace, pipeline_id);
    return { latest: row ? show(row) : null, last_good: last_good === null ? null : Number(last_good) };
  },
});
