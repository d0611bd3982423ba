import { z } from 'zod';
import type { Json } from '../../domain/json.ts';
import { rangePolicy } from '../../domain/range.ts';
import { saveRange } from '../../store/ranges.ts';
import { defineOperation } from '../operation.ts';
import { requirePipeline } from '../pipelines/pipeline.ts';

export const setRange = defineOperation({
  name: 'ranges.set',
  summary: 'Say which range of time each run of a pipeline reads',
  scope: 'pipelines:write',
  input: z.strictObject({
    pipeline: z.string(),
    policy: rangePolicy,
    restart: z.boolean().default(false).meta({ description: 'What was read before no longer counts' }),
  }),
  output: z.object({}),
  async run(context, { pipeline, policy, restart }) {
    const { id } = await requirePipeline(context, pipeline);
    await saveRange(context.db, context.workspace, id, policy as Json, restart); // checked by its schema: nothing but JSON
    return {};
  },
});
