import { z } from 'zod';
import { pipelineStates } from '../../domain/pipeline.ts';
import { listPipelines as list } from '../../store/pipelines.ts';
import { readerOf } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { page, pageInput, pageOf } from '../paging.ts';
import { pipelineView, show } from './pipeline.ts';

export const listPipelines = defineOperation({
  name: 'pipelines.list',
  summary: 'List pipelines, the newest first',
  scope: 'pipelines:read',
  access: { filters: true },
  input: z.strictObject({
    ...pageInput,
    state: z.enum(pipelineStates).optional().meta({ description: 'Absent: all that are not archived' }),
  }),
  output: pageOf(pipelineView),
  run: async (context, { cursor, limit, state }) =>
    page(await list(context.db, context.workspace, { state, reader: readerOf(context) }, limit + 1, cursor), limit, show),
});
