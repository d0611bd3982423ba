import { z } from 'zod';
import { newId } from '../../domain/ids.ts';
import { insertSchema } from '../../store/schemas.ts';
import { defineOperation } from '../operation.ts';
import { slug, slugOf } from '../slug.ts';
import { checkDefinition, definition, schemaView, show } from './schema.ts';

export const createSchema = defineOperation({
  name: 'schemas.create',
  summary: 'Create a schema: fields and rules that rows of flows are held to',
  scope: 'schemas:write',
  access: { creates: 'schema' },
  input: z.strictObject({ name: z.string().min(1).max(200), slug: slug.optional(), definition }),
  output: schemaView,
  async run({ db, workspace }, { name, slug: wanted, definition: given }) {
    checkDefinition(given, name);
    const row = await insertSchema(db, workspace, { id: newId('schema'), slug: wanted ?? slugOf(name), name, definition: given });
    return show(row);
  },
});
