import { z } from 'zod';
import { listSubscriptions } from '../../store/subscriptions.ts';
import { defineOperation } from '../operation.ts';
import { page, pageInput, pageOf } from '../paging.ts';
import { show, webhookView } from './webhook.ts';

export const listWebhooks = defineOperation({
  name: 'webhooks.list',
  summary: 'List webhooks, the newest first',
  scope: 'webhooks:read',
  input: z.strictObject(pageInput),
  output: pageOf(webhookView),
  run: async ({ db, workspace }, { cursor, limit }) =>
    page(await listSubscriptions(db, workspace, 'webhook', limit + 1, cursor), limit, show),
});
