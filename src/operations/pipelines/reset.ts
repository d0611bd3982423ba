import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { wantRestart } from '../../store/pipelines.ts';
import { defineOperation } from '../operation.ts';
import { pipelineView, requirePipeline, show } from './pipeline.ts';

export const resetPipeline = defineOperation({
  name: 'pipelines.reset',
  summary: 'Forget the position: the next run reads everything, whenever it comes',
  scope: 'pipelines:write',
  input: z.strictObject({ pipeline: z.string() }),
  output: pipelineView,
  async run(context, { pipeline }) {
    const { id } = await requirePipeline(context, pipeline);
    const row = await wantRestart(context.db, context.workspace, id);
    if (!row) throw new HeadgateError('object.missing', 'there is no such pipeline');
    return show(row);
  },
});
