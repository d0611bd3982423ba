import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { updateSchema as update } from '../../store/schemas.ts';
import { defineOperation } from '../operation.ts';
import { ifVersion, requireVersion } from '../version.ts';
import { checkDefinition, definition, requireSchema, schemaView, show } from './schema.ts';

export const updateSchema = defineOperation({
  name: 'schemas.update',
  summary: 'Change a schema: a new definition becomes its next version',
  scope: 'schemas:write',
  input: z.strictObject({
    schema: z.string(),
    name: z.string().min(1).max(200).optional(),
    definition: definition.optional(),
    if_version: ifVersion,
  }),
  output: schemaView,
  async run(context, { schema, name, definition: given, if_version }) {
    const before = await requireSchema(context, schema);
    requireVersion('schema', before.version, if_version);
    if (given) checkDefinition(given, name ?? before.name);
    const row = await update(context.db, context.workspace, { ...before, name: name ?? before.name, definition: given });
    if (!row) throw new HeadgateError('object.changed', 'the schema was changed in the meantime');
    return show(row);
  },
});
