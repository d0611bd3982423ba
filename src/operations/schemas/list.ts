import { z } from 'zod';
import { listSchemas as list } from '../../store/schemas.ts';
import { defineOperation } from '../operation.ts';
import { page, pageInput, pageOf } from '../paging.ts';
import { schemaView, show } from './schema.ts';

export const listSchemas = defineOperation({
  name: 'schemas.list',
  summary: 'List schemas, the newest first',
  scope: 'schemas:read',
  input: z.strictObject(pageInput),
  output: pageOf(schemaView),
  run: async ({ db, workspace }, { cursor, limit }) => page(await list(db, workspace, limit + 1, cursor), limit, show),
});
