import { z } from 'zod';
import { defineOperation } from '../operation.ts';
import { modelView, requireModel, show } from './model.ts';

export const getModel = defineOperation({
  name: 'models.get',
  summary: 'Get a model',
  scope: 'models:read',
  input: z.strictObject({ model: z.string() }),
  output: modelView,
  run: async (context, { model }) => show(await requireModel(context, model)),
});
