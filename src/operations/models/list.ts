import { z } from 'zod';
import { listModels as list } from '../../store/models.ts';
import { defineOperation } from '../operation.ts';
import { page, pageInput, pageOf } from '../paging.ts';
import { modelView, show } from './model.ts';

export const listModels = defineOperation({
  name: 'models.list',
  summary: 'List models, the newest first',
  scope: 'models:read',
  input: z.strictObject(pageInput),
  output: pageOf(modelView),
  run: async ({ db, workspace }, { cursor, limit }) => page(await list(db, workspace, limit + 1, cursor), limit, show),
});
