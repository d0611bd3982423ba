import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { insertWorkspace } from '../../store/workspaces.ts';
import { ensureWarehouse } from '../warehouse/warehouse.ts';
import { defineOperation } from '../operation.ts';
import { show, workspaceView } from './workspace.ts';

export const createWorkspace = defineOperation({
  name: 'workspaces.create',
  summary: 'Create a workspace, with the id asked for or the next one',
  scope: 'workspaces:write',
  access: { level: 'none' },
  input: z.strictObject({
    name: z.string().min(1).max(200),
    id: z
      .number()
      .int()
      .min(1)
      .max(2 ** 53 - 1)
      .optional(),
  }),
  output: workspaceView,
  async run({ db, actor }, { name, id }) {
    if (actor.workspace !== undefined) throw new HeadgateError('access.scope', 'this key belongs to one workspace');
    return await db.tx(async (tx) => {
      const row = await insertWorkspace(tx, name, id);
      await ensureWarehouse(tx, Number(row.id));
      return show(row);
    });
  },
});
