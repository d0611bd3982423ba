import { z } from 'zod';
import { newId } from '../../domain/ids.ts';
import { insertGroup } from '../../store/groups.ts';
import { defineOperation } from '../operation.ts';
import { groupView, show } from './group.ts';

export const createGroup = defineOperation({
  name: 'groups.create',
  summary: 'Create a group, at first without members',
  scope: 'principals:write',
  access: { level: 'manage' },
  input: z.strictObject({ name: z.string().min(1).max(200) }),
  output: groupView,
  run: async ({ db, workspace }, { name }) => show(await insertGroup(db, workspace, newId('group'), name)),
});
