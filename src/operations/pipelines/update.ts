import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { flowSpecs, scheduleSpec } from '../../domain/pipeline.ts';
import { updatePipeline as update } from '../../store/pipelines.ts';
import { defineOperation } from '../operation.ts';
import { pipelineView, requirePipeline, show } from './pipeline.ts';

export const updatePipeline = defineOperation({
  name: 'pipelines.update',
  summary: 'Change a pipeline: what is left out stays',
  scope: 'pipelines:write',
  input: z.strictObject({
    pipeline: z.string(),
    name: z.string().min(1).max(200).optional(),
    flows: flowSpecs.optional(),
    schedule: scheduleSpec.optional(),
    state: z.enum(['active', 'paused', 'archived']).optional(),
    if_version: z.number().int().optional().meta({ description: 'The version that was read; another one answers 412' }),
  }),
  output: pipelineView,
  async run(context, { pipeline, if_version, ...changes }) {
    const before = await requirePipeline(context, pipeline);
    if (if_version !== undefined && if_version !== before.version) {
      throw new HeadgateError('object.changed', `the pipeline has version ${before.version}`);
    }
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    const row = await update(context.db, context.workspace, { ...before, ...given });
    if (!row) throw new HeadgateError('object.changed', 'the pipeline was changed in the meantime');
    return show(row);
  },
});
