import { z } from 'zod';
import { listSchemaVersions } from '../../store/schemas.ts';
import { defineOperation } from '../operation.ts';
import { page, pageInput, pageOf } from '../paging.ts';
import { definition, requireSchema, shownDefinition } from './schema.ts';

const version = z.object({ version: z.number().int(), definition, created_at: z.iso.datetime() });

export const schemaVersions = defineOperation({
  name: 'schemas.versions',
  summary: 'List the versions of a schema, the newest first',
  scope: 'schemas:read',
  input: z.strictObject({
    schema: z.string(),
    ...pageInput,
    cursor: z
      .string()
      .regex(/^\d{1,9}$/, 'the cursor of a page before')
      .optional(),
  }),
  output: pageOf(version),
  async run(context, { schema, cursor, limit }) {
    const { id } = await requireSchema(context, schema);
    const before = cursor === undefined ? undefined : Number(cursor);
    const rows = await listSchemaVersions(context.db, context.workspace, id, limit + 1, before);
    return page(rows, limit, ({ version: number, definition: stored, created_at }) => ({
      version: number,
      definition: shownDefinition(stored),
      created_at: created_at.toISOString(),
    }));
  },
});
