import { z } from 'zod';
import { listSchemas as list } from '../../store/schemas.ts';
import { readerOf } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { page, pageInput, pageOf } from '../paging.ts';
import { schemaView, show } from './schema.ts';

export const listSchemas = defineOperation({
  name: 'schemas.list',
  summary: 'List schemas, the newest first',
  scope: 'schemas:read',
  access: { filters: true },
  input: z.strictObject(pageInput),
  output: pageOf(schemaView),
  run: async (context, { cursor, limit }) =>
    page(await list(context.db, context.workspace, readerOf(context), limit + 1, cursor), limit, show),
});
