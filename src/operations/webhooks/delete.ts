import { z } from 'zod';
import { deleteSecrets } from '../../store/secrets.ts';
import { deleteSubscription } from '../../store/subscriptions.ts';
import { requireSubscription } from '../notifications/subscription.ts';
import { defineOperation } from '../operation.ts';

export const deleteWebhook = defineOperation({
  name: 'webhooks.delete',
  summary: 'Delete a webhook with its deliveries: nothing more is posted',
  scope: 'webhooks:write',
  input: z.strictObject({ webhook: z.string() }),
  output: z.object({}),
  async run(context, { webhook }) {
    const { id } = await requireSubscription(context, 'webhook', webhook);
    await context.db.tx(async (tx) => {
      await deleteSubscription(tx, context.workspace, id);
      await deleteSecrets(tx, context.workspace, id);
    });
    return {};
  },
});
