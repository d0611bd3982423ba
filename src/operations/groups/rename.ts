import { z } from 'zod';
import { renameGroup as rename } from '../../store/groups.ts';
import { defineOperation } from '../operation.ts';
import { groupView, requireGroup, show } from './group.ts';

export const renameGroup = defineOperation({
  name: 'groups.rename',
  summary: 'Rename a group: what is left out stays',
  scope: 'principals:write',
  access: { level: 'manage' },
  input: z.strictObject({ group: z.string(), name: z.string().min(1).max(200).optional() }),
  output: groupView,
  async run(context, { group, name }) {
    const { db, workspace } = context;
    const { id } = await requireGroup(context, group);
    if (name !== undefined) await rename(db, workspace, id, name);
    return show(await requireGroup(context, id));
  },
});
