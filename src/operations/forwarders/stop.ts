import { z } from 'zod';
import { deleteForward } from '../../store/forwards.ts';
import { defineOperation } from '../operation.ts';
import { requirePipeline } from '../pipelines/pipeline.ts';

export const stopForward = defineOperation({
  name: 'forwards.stop',
  summary: 'Post nothing of a pipeline any more; how far it came is forgotten',
  scope: 'pipelines:write',
  input: z.strictObject({ pipeline: z.string() }),
  output: z.object({}),
  async run(context, { pipeline }) {
    const { id } = await requirePipeline(context, pipeline);
    await deleteForward(context.db, context.workspace, id);
    return {};
  },
});
