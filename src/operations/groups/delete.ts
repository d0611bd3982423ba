import { z } from 'zod';
import { deleteGroup as remove } from '../../store/groups.ts';
import { stopUngranted } from '../grants/stop.ts';
import { defineOperation } from '../operation.ts';
import { requireAbove, requireGroup } from './group.ts';

export const deleteGroup = defineOperation({
  name: 'groups.delete',
  summary: 'Delete a group: what was granted to it is no longer granted to its members',
  scope: 'principals:write',
  access: { level: 'manage' },
  input: z.strictObject({ group: z.string() }),
  output: z.object({}),
  async run(context, { group }) {
    const { id } = await requireGroup(context, group);
    await requireAbove(context, id);
    await context.db.tx(async (tx) => {
      await remove(tx, context.workspace, id);
      await stopUngranted(tx, context.workspace);
    });
    return {};
  },
});
