import { z } from 'zod';
import type { SubscriptionRow } from '../../store/subscriptions.ts';
import { duration, durationMs } from '../../domain/duration.ts';
import { showSubscription, subscriptionView } from './subscription.ts';

/** One line, so that it can be a header of a mail. */
export const recipients = z
  .array(z.email().max(254))
  .min(1)
  .max(20)
  .meta({ description: 'Addresses of people', example: ['on-call@example.com'] });

export const digest = duration
  .refine((text) => durationMs(text) <= 86_400_000, 'at most 1d')
  .meta({ description: 'Events within this time of the first one are one mail; 0s: each is a mail of its own' });

export const notificationView = subscriptionView.extend({ to: z.array(z.string()), digest: z.string() });

export function show(row: SubscriptionRow): z.input<typeof notificationView> {
  return { ...showSubscription(row), to: [...row.target], digest: `${row.digest_seconds}s` };
}

export const seconds = (text: string): number => Math.round(durationMs(text) / 1000);
