/** The two addresses that settings of an import may name: each hears of one event, once. */
import { deleteWebhook } from '../../../operations/webhooks/delete.ts';
import { createWebhookIn } from '../../../operations/webhooks/tell-in.ts';
import { perform } from '../../../operations/operation.ts';
import type { RouteContext } from '../../dialect.ts';
import type { StoredImport } from './imports-stored.ts';
import { basicForm, type ToldKind } from './webhook-bodies.ts';

/** Ids of what was made. Who may make an import may say who hears of it. */
export async function addBasicWebhooks(context: RouteContext, { id, data }: StoredImport): Promise<readonly string[]> {
  const { webhookUrl, needsReviewWebhookUrl } = data.settings;
  const wanted: readonly (readonly [string | null | undefined, ToldKind])[] = [
    [webhookUrl, 'import.completed'],
    [needsReviewWebhookUrl, 'import.needs_review'],
  ];
  const made: string[] = [];
  for (const [url, event] of wanted) {
    if (url == null) continue;
    const wish = { name: `Import ${id}`, url, events: [event], topics: [`import:${id}`], form: basicForm };
    made.push((await perform(createWebhookIn, asOwner(context), wish)).id);
  }
  return made;
}

export async function removeBasicWebhooks(context: RouteContext, { data }: StoredImport): Promise<void> {
  for (const webhook of data.webhooks ?? []) await perform(deleteWebhook, asOwner(context), { webhook });
}

const asOwner = (context: RouteContext): RouteContext => ({
  ...context,
  actor: { ...context.actor, scopes: ['webhooks:write'], level: 'own' },
});
