import { z } from 'zod';
import { listPipelines as list } from '../../store/pipelines.ts';
import { defineOperation } from '../operation.ts';
import { page, pageInput, pageOf } from '../paging.ts';
import { pipelineView, show } from './pipeline.ts';

export const listPipelines = defineOperation({
  name: 'pipelines.list',
  summary: 'List pipelines, the newest first',
  scope: 'pipelines:read',
  input: z.strictObject(pageInput),
  output: pageOf(pipelineView),
  run: async ({ db, workspace }, { cursor, limit }) => page(await list(db, workspace, limit + 1, cursor), limit, show),
});
