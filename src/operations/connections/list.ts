import { z } from 'zod';
import { listConnections as list } from '../../store/connections.ts';
import { defineOperation } from '../operation.ts';
import { page, pageInput, pageOf } from '../paging.ts';
import { connectionView, show } from './connection.ts';

export const listConnections = defineOperation({
  name: 'connections.list',
  summary: 'List connections, the newest first',
  scope: 'connections:read',
  input: z.strictObject(pageInput),
  output: pageOf(connectionView),
  run: async ({ db, workspace }, { cursor, limit }) => page(await list(db, workspace, limit + 1, cursor), limit, show),
});
