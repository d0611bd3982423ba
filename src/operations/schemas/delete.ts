import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { deleteSchema as remove } from '../../store/schemas.ts';
import { defineOperation } from '../operation.ts';
import { requireSchema } from './schema.ts';

export const deleteSchema = defineOperation({
  name: 'schemas.delete',
  summary: 'Delete a schema that no pipeline names, with all its versions',
  scope: 'schemas:write',
  input: z.strictObject({ schema: z.string() }),
  output: z.object({}),
  async run(context, { schema }) {
    const { id, name } = await requireSchema(context, schema);
    if (!(await remove(context.db, context.workspace, id))) {
      throw new HeadgateError('object.conflict', `a pipeline holds its rows to the schema ${name}`);
    }
    return {};
  },
});
