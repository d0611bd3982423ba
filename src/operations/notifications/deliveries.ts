import { z } from 'zod';
import { listDeliveries } from '../../store/deliveries.ts';
import { defineOperation } from '../operation.ts';
import { page, pageInput, pageOf } from '../paging.ts';
import { deliveryView, requireSubscription, showDeliveries } from './subscription.ts';

export const notificationDeliveries = defineOperation({
  name: 'notifications.deliveries',
  summary: 'List the mails of a notification, with every attempt, the newest first',
  scope: 'notifications:read',
  input: z.strictObject({ notification: z.string(), ...pageInput }),
  output: pageOf(deliveryView),
  async run(context, { notification, cursor, limit }) {
    const { id } = await requireSubscription(context, 'email', notification);
    const rows = await listDeliveries(context.db, context.workspace, id, limit + 1, cursor);
    return page(rows, limit, await showDeliveries(context, rows));
  },
});
