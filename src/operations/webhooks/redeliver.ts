import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { deliverAgain } from '../../store/deliveries.ts';
import { deliveryView, requireSubscription, showDelivery } from '../notifications/subscription.ts';
import { defineOperation } from '../operation.ts';

export const redeliver = defineOperation({
  name: 'webhooks.redeliver',
  summary: 'Post the events of a delivery once more: the same bytes under the same id, in a delivery of its own',
  scope: 'webhooks:write',
  input: z.strictObject({ webhook: z.string(), delivery: z.string() }),
  output: deliveryView,
  async run(context, { webhook, delivery }) {
    const { db, workspace, clock } = context;
    const { id, state } = await requireSubscription(context, 'webhook', webhook);
    if (state !== 'active') throw new HeadgateError('object.conflict', `the webhook is ${state}`);
    const row = await deliverAgain(db, workspace, id, delivery, clock.now());
    if (!row) throw new HeadgateError('object.missing', 'there is no such delivery');
    return showDelivery(row);
  },
});
