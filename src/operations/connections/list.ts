import { z } from 'zod';
import { listConnections as list } from '../../store/connections.ts';
import { readerOf } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { page, pageInput, pageOf } from '../paging.ts';
import { connectionView, show } from './connection.ts';

export const listConnections = defineOperation({
  name: 'connections.list',
  summary: 'List connections, the newest first',
  scope: 'connections:read',
  access: { filters: true },
  input: z.strictObject(pageInput),
  output: pageOf(connectionView),
  run: async (context, { cursor, limit }) =>
    page(await list(context.db, context.workspace, readerOf(context), limit + 1, cursor), limit, show),
});
