import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { newId } from '../../domain/ids.ts';
import { insertSubscription } from '../../store/subscriptions.ts';
import { defineOperation } from '../operation.ts';
import { digest, notificationView, recipients, seconds, show } from './notification.ts';
import { pipelineIds, wishes } from './subscription.ts';

export const createNotification = defineOperation({
  name: 'notifications.create',
  summary: 'Have events sent to people by mail',
  scope: 'notifications:write',
  input: z.strictObject({
    name: wishes.name,
    to: recipients,
    events: wishes.events.default(['run.failed', 'run.held', 'run.stalled', 'webhook.disabled', 'disk.budget']),
    pipelines: wishes.pipelines.default([]),
    digest: digest.default('5m'),
  }),
  output: notificationView,
  async run(context, { name, to, events, pipelines, digest }) {
    if (!context.mails) {
      throw new HeadgateError('object.conflict', 'this server has no mail server that it could send by', {
        hint: 'start it with HEADGATE_SMTP_URL and HEADGATE_MAIL_FROM (docs/notifications.md)',
      });
    }
    const row = await insertSubscription(context.db, context.workspace, {
      id: newId('notification'),
      channel: 'email',
      name,
      target: to,
      kinds: events,
      pipelines: await pipelineIds(context, pipelines),
      digest_seconds: seconds(digest),
    });
    return show(row);
  },
});
