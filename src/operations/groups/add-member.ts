import { z } from 'zod';
import { addMember as add } from '../../store/groups.ts';
import { defineOperation } from '../operation.ts';
import { requirePrincipal } from '../principals/principal.ts';
import { groupView, requireAbove, requireGroup, show } from './group.ts';

export const addMember = defineOperation({
  name: 'groups.add-member',
  summary: 'Put a principal into a group; nothing happens where it is there',
  scope: 'principals:write',
  access: { level: 'manage' },
  input: z.strictObject({ group: z.string(), principal: z.string() }),
  output: groupView,
  async run(context, { group, principal }) {
    const { id } = await requireGroup(context, group);
    const member = await requirePrincipal(context, principal);
    await requireAbove(context, id);
    await add(context.db, context.workspace, id, member.id);
    return show(await requireGroup(context, id));
  },
});
