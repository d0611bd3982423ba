import { z } from 'zod';
import { setEnds } from '../../store/pipelines.ts';
import { requireConnection } from '../connections/connection.ts';
import { defineOperation } from '../operation.ts';
import { requirePipeline } from './pipeline.ts';

export const movePipeline = defineOperation({
  name: 'pipelines.move',
  summary: 'Let a pipeline read from another connection, or write into another one',
  scope: 'pipelines:write',
  access: { objects: { pipeline: 'write', source: 'read', destination: 'write' } },
  input: z.strictObject({ pipeline: z.string(), source: z.string(), destination: z.string() }),
  output: z.object({}),
  async run(context, { pipeline, source, destination }) {
    const { id } = await requirePipeline(context, pipeline);
    const [from, into] = [await requireConnection(context, source), await requireConnection(context, destination)];
    await setEnds(context.db, context.workspace, id, { source: from.id, destination: into.id });
    return {};
  },
});
