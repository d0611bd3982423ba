import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { updateSubscription } from '../../store/subscriptions.ts';
import { defineOperation } from '../operation.ts';
import { ifVersion, requireVersion } from '../version.ts';
import { digest, notificationView, recipients, seconds, show } from './notification.ts';
import { pipelineIds, requireSubscription, settableState, wishes } from './subscription.ts';

export const updateNotification = defineOperation({
  name: 'notifications.update',
  summary: 'Change a notification: what is left out stays',
  scope: 'notifications:write',
  input: z.strictObject({
    notification: z.string(),
    name: wishes.name.optional(),
    to: recipients.optional(),
    events: wishes.events.optional(),
    pipelines: wishes.pipelines.optional(),
    digest: digest.optional(),
    state: settableState.optional(),
    if_version: ifVersion,
  }),
  output: notificationView,
  async run(context, { notification, name, to, events, pipelines, digest, state, if_version }) {
    const before = await requireSubscription(context, 'email', notification);
    requireVersion('notification', before.version, if_version);
    const row = await updateSubscription(context.db, context.workspace, {
      ...before,
      name: name ?? before.name,
      target: to ?? before.target,
      kinds: events ?? before.kinds,
      pipelines: pipelines ? await pipelineIds(context, pipelines) : before.pipelines,
      digest_seconds: digest === undefined ? before.digest_seconds : seconds(digest),
      state: state ?? before.state,
    });
    if (!row) throw new HeadgateError('object.changed', 'the notification was changed in the meantime');
    return show(row);
  },
});
