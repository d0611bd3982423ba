import { z } from 'zod';
import { newId } from '../../domain/ids.ts';
import { deleteSubscription, insertSubscription, subscriptionsFor, type SubscriptionRow } from '../../store/subscriptions.ts';
import { defineOperation } from '../operation.ts';
import { requirePipeline } from '../pipelines/pipeline.ts';
import { eventKind } from './subscription.ts';

const wish = z.strictObject({
  channel: z.enum(['webhook', 'email']),
  to: z.array(z.string().min(1).max(2000)).min(1).max(100),
  events: z.array(eventKind).min(1),
  stall_minutes: z.number().int().min(1).optional(),
});

const textOf = ({
  channel,
  target,
  kinds,
  stall_minutes,
}: Pick<SubscriptionRow, 'channel' | 'target' | 'kinds' | 'stall_minutes'>): string =>
  JSON.stringify([channel, target, kinds, stall_minutes]);

/** Who hears of one pipeline in the words of a vocabulary. What stays as it was keeps what is on its way. */
export const settleNotifications = defineOperation({
  name: 'notifications.settle',
  summary: 'Say who hears of a pipeline, in the words of a vocabulary',
  // They belong to the pipeline, like its schedule.
  scope: 'pipelines:write',
  input: z.strictObject({ pipeline: z.string(), form: z.string().min(1).max(50), wishes: z.array(wish).max(200) }),
  output: z.object({}),
  async run(context, { pipeline, form, wishes }) {
    const { db, workspace } = context;
    const { id: of, name } = await requirePipeline(context, pipeline);
    const known = await subscriptionsFor(db, workspace, form, of);
    const wanted = wishes.map(({ channel, to: target, events: kinds, stall_minutes = null }) => ({
      channel,
      target,
      kinds,
      stall_minutes,
    }));
    const [before, after] = [new Set(known.map(textOf)), new Set(wanted.map(textOf))];
    await db.tx(async (tx) => {
      for (const row of known) if (!after.has(textOf(row))) await deleteSubscription(tx, workspace, row.id);
      for (const each of wanted) {
        if (before.has(textOf(each))) continue;
        const id = newId(each.channel === 'email' ? 'notification' : 'webhook');
        await insertSubscription(tx, workspace, { ...each, id, name, form, pipelines: [of], digest_seconds: 0 });
      }
    });
    return {};
  },
});
