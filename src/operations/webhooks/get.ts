import { z } from 'zod';
import { requireSubscription } from '../notifications/subscription.ts';
import { defineOperation } from '../operation.ts';
import { show, webhookView } from './webhook.ts';

export const getWebhook = defineOperation({
  name: 'webhooks.get',
  summary: 'Get a webhook',
  scope: 'webhooks:read',
  input: z.strictObject({ webhook: z.string() }),
  output: webhookView,
  run: async (context, { webhook }) => show(await requireSubscription(context, 'webhook', webhook)),
});
