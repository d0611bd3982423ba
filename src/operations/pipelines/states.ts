/** The states of a pipeline as steps that people take; each is an update of nothing else. */
import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import type { PipelineState } from '../../domain/pipeline.ts';
import { defineOperation } from '../operation.ts';
import { ifVersion } from '../version.ts';
import { pipelineView, requirePipeline } from './pipeline.ts';
import { updatePipeline } from './update.ts';

function step(verb: string, summary: string, from: readonly PipelineState[], to: PipelineState) {
  return defineOperation({
    name: `pipelines.${verb}`,
    summary,
    scope: 'pipelines:write',
    input: z.strictObject({ pipeline: z.string(), if_version: ifVersion }),
    output: pipelineView,
    async run(context, asked) {
      const { state } = await requirePipeline(context, asked.pipeline);
      if (!from.includes(state)) throw new HeadgateError('object.conflict', `the pipeline is ${state}`);
      return await updatePipeline.run(context, { ...asked, state: to });
    },
  });
}

export const activatePipeline = step('activate', 'Let a pipeline run by its schedule', ['active', 'paused'], 'active');
export const pausePipeline = step('pause', 'Stop dispatching runs; one at work goes on', ['active', 'paused'], 'paused');
export const archivePipeline = step(
  'archive',
  'Put a pipeline away: no runs, in no list',
  ['active', 'paused', 'archived'],
  'archived',
);
export const unarchivePipeline = step('unarchive', 'Bring an archived pipeline back, paused', ['archived'], 'paused');
