import { z } from 'zod';
import { rotated, type SigningSecrets } from '../../notify/signature.ts';
import { openSecrets, saveSecrets } from '../../store/secrets.ts';
import { requireSubscription } from '../notifications/subscription.ts';
import { defineOperation } from '../operation.ts';
import { show, webhookView } from './webhook.ts';

/** Seconds. */
export const overlap = z
  .number()
  .int()
  .min(0)
  .max(604_800)
  .default(86_400)
  .meta({ description: 'How long the secret in use signs beside the new one; 0 where it has leaked' });

export const rotateWebhook = defineOperation({
  name: 'webhooks.rotate',
  summary: 'Make a new secret, which is in this answer and never again; for a time both sign',
  scope: 'webhooks:write',
  input: z.strictObject({
    webhook: z.string(),
    overlap_seconds: overlap,
  }),
  output: webhookView.extend({ secret: z.string(), previous_until: z.iso.datetime().nullable() }),
  async run(context, { webhook, overlap_seconds }) {
    const { db, key, workspace, clock } = context;
    const row = await requireSubscription(context, 'webhook', webhook);
    return await db.tx(async (tx) => {
      // Written by us in this form.
      const known = (await openSecrets(tx, key, workspace, row.id)) as unknown as SigningSecrets;
      const next = rotated(known, clock.now(), overlap_seconds);
      await saveSecrets(tx, key, workspace, row.id, next);
      return { ...show(row), secret: next.current, previous_until: next.until ?? null };
    });
  },
});
