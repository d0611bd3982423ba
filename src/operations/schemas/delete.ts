import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { deleteGrants } from '../../store/grants.ts';
import { deleteSchema as remove } from '../../store/schemas.ts';
import { defineOperation } from '../operation.ts';
import { requireSchema } from './schema.ts';

export const deleteSchema = defineOperation({
  name: 'schemas.delete',
  summary: 'Delete a schema that no pipeline names, with all its versions',
  scope: 'schemas:write',
  access: { level: 'manage' },
  input: z.strictObject({ schema: z.string() }),
  output: z.object({}),
  async run(context, { schema }) {
    const { db, workspace } = context;
    const { id, name } = await requireSchema(context, schema);
    await db.tx(async (tx) => {
      if (!(await remove(tx, workspace, id))) {
        throw new HeadgateError('object.conflict', `a pipeline holds its rows to the schema ${name}`);
      }
      await deleteGrants(tx, workspace, id);
    });
    return {};
  },
});
