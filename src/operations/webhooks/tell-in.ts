/** Webhooks in the words of another vocabulary, which only it shows. */
import { z } from 'zod';
import { newId } from '../../domain/ids.ts';
import { newSecret } from '../../notify/signature.ts';
import { saveSecrets } from '../../store/secrets.ts';
import { insertSubscription, updateSubscription } from '../../store/subscriptions.ts';
import { HeadgateError } from '../../domain/error.ts';
import { eventKind, requireSubscription, settableState } from '../notifications/subscription.ts';
import { defineOperation } from '../operation.ts';
import { webhookUrl } from './webhook.ts';

const wishes = {
  name: z.string().min(1).max(200),
  url: webhookUrl,
  events: z.array(eventKind).min(1),
  topics: z.array(z.string().min(1).max(500)).max(1000).meta({ description: 'Of events; empty: all' }),
};

export const createWebhookIn = defineOperation({
  name: 'webhooks.create_in',
  summary: 'Have events told to an address in the words of another vocabulary',
  scope: 'webhooks:write',
  input: z.strictObject({ ...wishes, form: z.string().min(1).max(100) }),
  output: z.object({ id: z.string(), secret: z.string() }),
  async run({ db, key, workspace }, { name, url, events, topics, form }) {
    const [id, secret] = [newId('webhook'), newSecret()];
    const wish = { name, target: [url], kinds: events, pipelines: [], digest_seconds: 0, form, topics };
    await db.tx(async (tx) => {
      await insertSubscription(tx, workspace, { ...wish, id, channel: 'webhook' });
      await saveSecrets(tx, key, workspace, id, { current: secret });
    });
    return { id, secret };
  },
});

export const updateWebhookIn = defineOperation({
  name: 'webhooks.update_in',
  summary: 'Change a webhook that tells in the words of another vocabulary',
  scope: 'webhooks:write',
  input: z.strictObject({ ...wishes, webhook: z.string(), state: settableState }),
  output: z.object({}),
  async run(context, { webhook, name, url, events, topics, state }) {
    const before = await requireSubscription(context, 'webhook', webhook);
    const wish = { ...before, name, target: [url], kinds: events, topics, state };
    if (await updateSubscription(context.db, context.workspace, wish)) return {};
    throw new HeadgateError('object.changed', 'the webhook was changed in the meantime');
  },
});
