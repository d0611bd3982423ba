import { z } from 'zod';
import { defineOperation } from '../operation.ts';
import { notificationView, show } from './notification.ts';
import { requireSubscription } from './subscription.ts';

export const getNotification = defineOperation({
  name: 'notifications.get',
  summary: 'Get a notification',
  scope: 'notifications:read',
  input: z.strictObject({ notification: z.string() }),
  output: notificationView,
  run: async (context, { notification }) => show(await requireSubscription(context, 'email', notification)),
});
