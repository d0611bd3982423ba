import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { deleteModel as remove } from '../../store/models.ts';
import { defineOperation } from '../operation.ts';
import { requireModel } from './model.ts';

export const deleteModel = defineOperation({
  name: 'models.delete',
  summary: 'Delete a model that no pipeline reads',
  scope: 'models:write',
  input: z.strictObject({ model: z.string() }),
  output: z.object({}),
  async run(context, { model }) {
    const { id, name } = await requireModel(context, model);
    if (!(await remove(context.db, context.workspace, id))) {
      throw new HeadgateError('object.conflict', `a pipeline reads the model ${name}`);
    }
    return {};
  },
});
