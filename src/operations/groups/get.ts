import { z } from 'zod';
import { defineOperation } from '../operation.ts';
import { groupView, requireGroup, show } from './group.ts';

export const getGroup = defineOperation({
  name: 'groups.get',
  summary: 'Get a group with its members',
  scope: 'principals:read',
  input: z.strictObject({ group: z.string() }),
  output: groupView,
  run: async (context, { group }) => show(await requireGroup(context, group)),
});
