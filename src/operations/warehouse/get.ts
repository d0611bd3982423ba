import { z } from 'zod';
import { requireConnection } from '../connections/connection.ts';
import { defineOperation } from '../operation.ts';
import { warehouseView } from './set.ts';
import { keeperOf } from './warehouse.ts';

export const getWarehouse = defineOperation({
  name: 'warehouse.get',
  summary: 'Get the connection that keeps users and events of the pipelines that dialects make',
  scope: 'connections:read',
  input: z.strictObject({}),
  output: warehouseView,
  async run(context) {
    const { id } = await requireConnection(context, await keeperOf(context));
    return { connection: id };
  },
});
