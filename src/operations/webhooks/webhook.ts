import { z } from 'zod';
import type { SubscriptionRow } from '../../store/subscriptions.ts';
import { showSubscription, subscriptionView } from '../notifications/subscription.ts';

/** Where it leads is judged at every attempt: a name may mean another address tomorrow. */
export const webhookUrl = z
  .string()
  .max(2000)
  .refine((text) => {
    if (!URL.canParse(text)) return false;
    const { protocol, username, password, hostname } = new URL(text);
    return /^https?:$/.test(protocol) && username === '' && password === '' && hostname !== '';
  }, 'an http or https address without user and password')
  .meta({ description: 'Whoever may read webhooks sees it', example: 'https://example.com/hooks/headgate' });

export const webhookView = subscriptionView.extend({ url: z.string() });

export function show(row: SubscriptionRow): z.input<typeof webhookView> {
  return { ...showSubscription(row), url: row.target[0] ?? '' };
}
