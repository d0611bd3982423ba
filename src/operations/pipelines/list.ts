import { z } from 'zod';
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
  input: z.strictObject(pageInput),
  output: pageOf(pipelineView),
  run: async (context, { cursor, limit }) =>
    page(await list(context.db, context.workspace, readerOf(context), limit + 1, cursor), limit, show),
});
