import { z } from 'zod';
import { listSubscriptions } from '../../store/subscriptions.ts';
import { defineOperation } from '../operation.ts';
import { page, pageInput, pageOf } from '../paging.ts';
import { notificationView, show } from './notification.ts';

export const listNotifications = defineOperation({
  name: 'notifications.list',
  summary: 'List who gets mail about what, the newest first',
  scope: 'notifications:read',
  input: z.strictObject(pageInput),
  output: pageOf(notificationView),
  run: async ({ db, workspace }, { cursor, limit }) =>
    page(await listSubscriptions(db, workspace, 'email', limit + 1, cursor), limit, show),
});
