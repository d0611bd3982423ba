import { z } from 'zod';
import { listModels as list } from '../../store/models.ts';
import { readerOf } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { page, pageInput, pageOf } from '../paging.ts';
import { modelView, show } from './model.ts';

export const listModels = defineOperation({
  name: 'models.list',
  summary: 'List models, the newest first',
  scope: 'models:read',
  access: { filters: true },
  input: z.strictObject(pageInput),
  output: pageOf(modelView),
  run: async (context, { cursor, limit }) =>
    page(await list(context.db, context.workspace, readerOf(context), limit + 1, cursor), limit, show),
});
