import { z } from 'zod';
import { listDeliveries } from '../../store/deliveries.ts';
import { deliveryView, requireSubscription, showDeliveries } from '../notifications/subscription.ts';
import { defineOperation } from '../operation.ts';
import { page, pageInput, pageOf } from '../paging.ts';

export const webhookDeliveries = defineOperation({
  name: 'webhooks.deliveries',
  summary: 'List what was and will be posted to a webhook, with every attempt, the newest first',
  scope: 'webhooks:read',
  input: z.strictObject({ webhook: z.string(), ...pageInput }),
  output: pageOf(deliveryView),
  async run(context, { webhook, cursor, limit }) {
    const { id } = await requireSubscription(context, 'webhook', webhook);
    const rows = await listDeliveries(context.db, context.workspace, id, limit + 1, cursor);
    return page(rows, limit, await showDeliveries(context, rows));
  },
});
