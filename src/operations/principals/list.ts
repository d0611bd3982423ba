import { z } from 'zod';
import { listPrincipals as list } from '../../store/principals.ts';
import { defineOperation } from '../operation.ts';
import { page, pageInput, pageOf } from '../paging.ts';
import { principalView, show } from './principal.ts';

export const listPrincipals = defineOperation({
  name: 'principals.list',
  summary: 'List users and service accounts, the newest first',
  scope: 'principals:read',
  input: z.strictObject(pageInput),
  output: pageOf(principalView),
  run: async ({ db, workspace }, { cursor, limit }) => page(await list(db, workspace, limit + 1, cursor), limit, show),
});
