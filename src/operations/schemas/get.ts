import { z } from 'zod';
import { defineOperation } from '../operation.ts';
import { requireSchema, schemaView, show } from './schema.ts';

export const getSchema = defineOperation({
  name: 'schemas.get',
  summary: 'Get a schema in its newest version',
  scope: 'schemas:read',
  input: z.strictObject({ schema: z.string() }),
  output: schemaView,
  run: async (context, { schema }) => show(await requireSchema(context, schema)),
});
