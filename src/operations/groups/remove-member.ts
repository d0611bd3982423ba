import { z } from 'zod';
import { removeMember as remove } from '../../store/groups.ts';
import { stopUngranted } from '../grants/stop.ts';
import { defineOperation } from '../operation.ts';
import { groupView, requireAbove, requireGroup, show } from './group.ts';

export const removeMember = defineOperation({
  name: 'groups.remove-member',
  summary: 'Take a principal out of a group, and what was granted to the group from it',
  scope: 'principals:write',
  access: { level: 'manage' },
  input: z.strictObject({ group: z.string(), principal: z.string() }),
  output: groupView,
  async run(context, { group, principal }) {
    const { workspace } = context;
    const { id } = await requireGroup(context, group);
    await requireAbove(context, id);
    return await context.db.tx(async (tx) => {
      await remove(tx, workspace, id, principal);
      await stopUngranted(tx, workspace);
      return show(await requireGroup({ db: tx, workspace }, id));
    });
  },
});
