import { z } from 'zod';
import { defineOperation } from '../operation.ts';
import { pipelineView, requirePipeline, show } from './pipeline.ts';

export const getPipeline = defineOperation({
  name: 'pipelines.get',
  summary: 'Get a pipeline',
  scope: 'pipelines:read',
  input: z.strictObject({ pipeline: z.string() }),
  output: pipelineView,
  run: async (context, { pipeline }) => show(await requirePipeline(context, pipeline)),
});
