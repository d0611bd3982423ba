import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { updateSubscription } from '../../store/subscriptions.ts';
import { pipelineIds, requireSubscription, settableState, wishes } from '../notifications/subscription.ts';
import { defineOperation } from '../operation.ts';
import { ifVersion, requireVersion } from '../version.ts';
import { show, webhookUrl, webhookView } from './webhook.ts';

export const updateWebhook = defineOperation({
  name: 'webhooks.update',
  summary: 'Change a webhook: what is left out stays; `active` lets a disabled one begin anew',
  scope: 'webhooks:write',
  input: z.strictObject({
    webhook: z.string(),
    name: wishes.name.optional(),
    url: webhookUrl.optional(),
    events: wishes.events.optional(),
    pipelines: wishes.pipelines.optional(),
    state: settableState.optional(),
    if_version: ifVersion,
  }),
  output: webhookView,
  async run(context, { webhook, name, url, events, pipelines, state, if_version }) {
    const before = await requireSubscription(context, 'webhook', webhook);
    requireVersion('webhook', before.version, if_version);
    const row = await updateSubscription(context.db, context.workspace, {
      ...before,
      name: name ?? before.name,
      target: url === undefined ? before.target : [url],
      kinds: events ?? before.kinds,
      pipelines: pipelines ? await pipelineIds(context, pipelines) : before.pipelines,
      state: state ?? before.state,
    });
    if (!row) throw new HeadgateError('object.changed', 'the webhook was changed in the meantime');
    return show(row);
  },
});
