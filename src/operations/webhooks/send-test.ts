import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { happen } from '../../store/events.ts';
import { requireSubscription } from '../notifications/subscription.ts';
import { defineOperation } from '../operation.ts';

export const testWebhook = defineOperation({
  name: 'webhooks.test',
  summary: 'Send a test event by the way that all events go; its delivery stands in the log',
  scope: 'webhooks:write',
  input: z.strictObject({ webhook: z.string() }),
  output: z.object({ event: z.string() }),
  async run({ db, workspace, clock, ...context }, { webhook }) {
    const row = await requireSubscription({ db, workspace, clock, ...context }, 'webhook', webhook);
    if (row.state !== 'active') throw new HeadgateError('object.conflict', `the webhook is ${row.state}`);
    const data = { subscription: row.name };
    return {
      event: await db.tx(async (tx) => await happen(tx, { workspace, kind: 'webhook.test', data, only: row.id }, clock.now())),
    };
  },
});
