import { z } from 'zod';
import { listForwarders as list } from '../../store/forwarders.ts';
import { defineOperation } from '../operation.ts';
import { page, pageInput, pageOf } from '../paging.ts';
import { forwarderView, show } from './forwarder.ts';

export const listForwarders = defineOperation({
  name: 'forwarders.list',
  summary: 'List forwarders, the newest first',
  scope: 'webhooks:read',
  input: z.strictObject(pageInput),
  output: pageOf(forwarderView),
  run: async ({ db, workspace }, { cursor, limit }) => page(await list(db, workspace, limit + 1, cursor), limit, show),
});
