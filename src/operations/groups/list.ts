import { z } from 'zod';
import { listGroups as list } from '../../store/groups.ts';
import { defineOperation } from '../operation.ts';
import { page, pageInput, pageOf } from '../paging.ts';
import { groupView, show } from './group.ts';

export const listGroups = defineOperation({
  name: 'groups.list',
  summary: 'List groups with their members, the newest first',
  scope: 'principals:read',
  input: z.strictObject(pageInput),
  output: pageOf(groupView),
  run: async ({ db, workspace }, { cursor, limit }) => page(await list(db, workspace, limit + 1, cursor), limit, show),
});
