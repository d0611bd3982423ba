import { z } from 'zod';
import { flowSpecs } from '../../domain/pipeline.ts';
import { chainOf, followersOf } from '../../store/pipelines.ts';
import { defineOperation } from '../operation.ts';
import { requirePipeline } from './pipeline.ts';

export const pipelineDependencies = defineOperation({
  name: 'pipelines.dependencies',
  summary: 'What a pipeline stands on, and what stands on it',
  scope: 'pipelines:read',
  input: z.strictObject({ pipeline: z.string() }),
  output: z.object({
    source: z.string(),
    destination: z.string(),
    models: z.array(z.string()),
    schemas: z.array(z.string()),
    after: z.array(z.string()).meta({ description: 'The pipeline that it follows, the one that this one follows, and so on' }),
    followed_by: z.array(z.string()).meta({ description: 'Pipelines that start when it has succeeded' }),
  }),
  async run(context, { pipeline }) {
    const { id, source_id, destination_id, flows } = await requirePipeline(context, pipeline);
    const specs = flowSpecs.parse(flows);
    const named = (names: readonly (string | undefined)[]): string[] => [...new Set(names.filter((name) => name !== undefined))];
    return {
      source: source_id,
      destination: destination_id,
      models: named(specs.map(({ model }) => model)),
      schemas: named(specs.map(({ schema }) => schema)),
      after: [...(await chainOf(context.db, context.workspace, id))],
      followed_by: [...(await followersOf(context.db, context.workspace, id))],
    };
  },
});
