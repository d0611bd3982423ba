import { z } from 'zod';
import { newId } from '../../domain/ids.ts';
import { newSecret } from '../../notify/signature.ts';
import { saveSecrets } from '../../store/secrets.ts';
import { insertSubscription } from '../../store/subscriptions.ts';
import { pipelineIds, wishes } from '../notifications/subscription.ts';
import { defineOperation } from '../operation.ts';
import { show, webhookUrl, webhookView } from './webhook.ts';

export const createWebhook = defineOperation({
  name: 'webhooks.create',
  summary: 'Have events posted to an address; the secret that signs them is in this answer and never again',
  scope: 'webhooks:write',
  input: z.strictObject({
    name: wishes.name,
    url: webhookUrl,
    events: wishes.events.default([]),
    pipelines: wishes.pipelines.default([]),
  }),
  output: webhookView.extend({ secret: z.string() }),
  async run(context, { name, url, events, pipelines: refs }) {
    const { db, key, workspace } = context;
    const [id, secret] = [newId('webhook'), newSecret()];
    const wish = { name, target: [url], kinds: events, pipelines: await pipelineIds(context, refs), digest_seconds: 0 };
    return await db.tx(async (tx) => {
      const row = await insertSubscription(tx, workspace, { ...wish, id, channel: 'webhook' });
      await saveSecrets(tx, key, workspace, id, { current: secret });
      return { ...show(row), secret };
    });
  },
});
