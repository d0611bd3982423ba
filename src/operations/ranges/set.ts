import { z } from 'zod';
import type { Json } from '../../domain/json.ts';
import { rangePolicy } from '../../domain/range.ts';
import { setSource } from '../../store/pipelines.ts';
import { saveRange } from '../../store/ranges.ts';
import { requireConnection } from '../connections/connection.ts';
import { defineOperation } from '../operation.ts';
import { requirePipeline } from '../pipelines/pipeline.ts';

export const setRange = defineOperation({
  name: 'ranges.set',
  summary: 'Say which range of time each run of a pipeline reads',
  scope: 'pipelines:write',
  access: { objects: { pipeline: 'write', source: 'read' } },
  input: z.strictObject({
    pipeline: z.string(),
    source: z.string().optional().meta({ description: 'Another connection to read from' }),
    policy: rangePolicy,
    restart: z.boolean().default(false).meta({ description: 'What was read before no longer counts' }),
  }),
  output: z.object({}),
  async run(context, { pipeline, source, policy, restart }) {
    const { id, source_id } = await requirePipeline(context, pipeline);
    const from = source === undefined ? source_id : (await requireConnection(context, source)).id;
    if (from !== source_id) await setSource(context.db, context.workspace, id, from);
    await saveRange(context.db, context.workspace, id, policy as Json, restart); // checked by its schema: nothing but JSON
    return {};
  },
});
