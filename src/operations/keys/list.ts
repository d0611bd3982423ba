import { z } from 'zod';
import { listKeys as list } from '../../store/keys.ts';
import { defineOperation } from '../operation.ts';
import { page, pageInput, pageOf } from '../paging.ts';
import { keysOf, keyView, show } from './key.ts';

export const listKeys = defineOperation({
  name: 'keys.list',
  summary: 'List the API keys of a workspace, without their secrets; who does not manage it sees their own',
  scope: 'keys:read',
  access: { level: 'none' },
  input: z.strictObject(pageInput),
  output: pageOf(keyView),
  run: async (context, { cursor, limit }) =>
    page(await list(context.db, context.workspace, keysOf(context), limit + 1, cursor), limit, show),
});
