import { z } from 'zod';
import { requestCancel } from '../../store/runs.ts';
import { unfinishedRuns } from '../../store/run-ranges.ts';
import { defineOperation } from '../operation.ts';
import { requireRange } from './range.ts';

export const stopRange = defineOperation({
  name: 'ranges.stop',
  summary: 'Stop what a pipeline is doing: its range is read again by the next run',
  scope: 'runs:write',
  input: z.strictObject({ pipeline: z.string() }),
  output: z.object({ stopped: z.number().int() }),
  async run(context, { pipeline }) {
    const { db, workspace } = context;
    const { pipeline_id } = await requireRange(context, pipeline);
    const runs = await unfinishedRuns(db, workspace, pipeline_id);
    for (const run of runs) await requestCancel(db, workspace, run);
    return { stopped: runs.length };
  },
});
