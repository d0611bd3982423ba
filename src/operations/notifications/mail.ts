import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { newId } from '../../domain/ids.ts';
import { happen } from '../../store/events.ts';
import { insertSubscription, subscriptionTo } from '../../store/subscriptions.ts';
import { defineOperation } from '../operation.ts';
import { recipients } from './notification.ts';

/** The form of the subscriptions behind single mails. */
export const singleMails = 'mail';

export const sendOneMail = defineOperation({
  name: 'notifications.mail',
  summary: 'Send one mail by the way that all events go',
  scope: 'grants:write',
  // What it is about has been checked by whoever shares or gives away.
  access: { level: 'none' },
  input: z.strictObject({ to: recipients, subject: z.string().min(1).max(500), text: z.string().max(110_000) }),
  output: z.object({}),
  async run({ db, workspace, clock, mails }, { to, subject, text }) {
    if (!mails) throw new HeadgateError('object.conflict', 'this server has no mail server that it could send by');
    const target = [...new Set(to)].toSorted();
    await db.tx(async (tx) => {
      const known = await subscriptionTo(tx, workspace, singleMails, target);
      const kinds = ['mail.asked'];
      const row = { channel: 'email', name: 'single mails', target, kinds, pipelines: [], digest_seconds: 0 } as const;
      const only =
        known ?? (await insertSubscription(tx, workspace, { ...row, id: newId('notification'), form: singleMails })).id;
      await happen(tx, { workspace, kind: 'mail.asked', data: { subject, text }, only }, clock.now());
    });
    return {};
  },
});
