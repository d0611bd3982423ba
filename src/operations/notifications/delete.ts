import { z } from 'zod';
import { deleteSubscription } from '../../store/subscriptions.ts';
import { defineOperation } from '../operation.ts';
import { requireSubscription } from './subscription.ts';

export const deleteNotification = defineOperation({
  name: 'notifications.delete',
  summary: 'Delete a notification: nobody gets its mails any more',
  scope: 'notifications:write',
  input: z.strictObject({ notification: z.string() }),
  output: z.object({}),
  async run(context, { notification }) {
    const { id } = await requireSubscription(context, 'email', notification);
    await deleteSubscription(context.db, context.workspace, id);
    return {};
  },
});
