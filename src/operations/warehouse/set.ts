import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { saveKeeper } from '../../store/workspaces.ts';
import { configured, requireConnection } from '../connections/connection.ts';
import { defineOperation } from '../operation.ts';
import { warehouseSlug } from './warehouse.ts';

export const warehouseView = z.object({
  connection: z.string().meta({ description: 'Its id' }),
});

export const setWarehouse = defineOperation({
  name: 'warehouse.set',
  summary: 'Name the connection that keeps users and events of the pipelines that dialects make from now on',
  scope: 'connections:write',
  access: { level: 'manage' },
  input: z.strictObject({
    connection: z.string().min(1).max(200).meta({ description: 'An id or a slug; `warehouse` is the workspace’s own' }),
  }),
  output: warehouseView,
  async run(context, { connection }) {
    const { db, workspace } = context;
    const row = await requireConnection(context, connection);
    const { destination } = await configured(context, row);
    if (!destination?.derives) {
      throw new HeadgateError('usage.mode', `the connection ${row.name} can keep neither users nor events`, {
        hint: 'docs/profiles.md says which ones can',
      });
    }
    await saveKeeper(db, workspace, row.slug === warehouseSlug ? null : row.id);
    return { connection: row.id };
  },
});
