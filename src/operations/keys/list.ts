import { z } from 'zod';
import { listKeys as list } from '../../store/keys.ts';
import { defineOperation } from '../operation.ts';
import { page, pageInput, pageOf } from '../paging.ts';
import { keyView, show } from './key.ts';

export const listKeys = defineOperation({
  name: 'keys.list',
  summary: 'List the API keys of a workspace, without their secrets',
  scope: 'keys:read',
  input: z.strictObject(pageInput),
  output: pageOf(keyView),
  run: async ({ db, workspace }, { cursor, limit }) => page(await list(db, workspace, limit + 1, cursor), limit, show),
});
