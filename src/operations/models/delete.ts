import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { deleteGrants } from '../../store/grants.ts';
import { deleteModel as remove } from '../../store/models.ts';
import { defineOperation } from '../operation.ts';
import { requireModel } from './model.ts';

export const deleteModel = defineOperation({
  name: 'models.delete',
  summary: 'Delete a model that no pipeline reads',
  scope: 'models:write',
  access: { level: 'manage' },
  input: z.strictObject({ model: z.string() }),
  output: z.object({}),
  async run(context, { model }) {
    const { db, workspace } = context;
    const { id, name } = await requireModel(context, model);
    await db.tx(async (tx) => {
      if (!(await remove(tx, workspace, id))) throw new HeadgateError('object.conflict', `a pipeline reads the model ${name}`);
      await deleteGrants(tx, workspace, id);
    });
    return {};
  },
});
