/** Who wants to hear of the runs of a job. */
import { settleNotifications } from '../../../operations/notifications/settle.ts';
import { perform } from '../../../operations/operation.ts';
import type { RouteContext } from '../../dialect.ts';
import type { NotificationsIn } from './shapes.ts';

/** Of the subscriptions that the settings of jobs stand for. */
export const form = 'jobs';

interface Wish {
  readonly channel: 'webhook' | 'email';
  readonly to: readonly string[];
  readonly events: readonly string[];
  readonly stall_minutes?: number;
}

/** Addresses without a scheme are meant for the web; what is no address of it is kept, and nobody is asked there. */
function addressOf(url: string): string | undefined {
  const found = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `https://${url}`);
  return found && ['http:', 'https:'].includes(found.protocol) ? found.href : undefined;
}

/** Addresses hear of every end; people of what they want. Pure. */
export function wishesOf(given: NotificationsIn = {}): readonly Wish[] {
  const { urls = [], successEmailAddresses: happy = [], failureEmailAddresses: unhappy = [], stallWarningMinutes: stall } = given;
  const mail = (to: readonly string[], event: string, more: object = {}): readonly Wish[] =>
    to.length === 0 ? [] : [{ channel: 'email', to: [...new Set(to)], events: [event], ...more }];
  return [
    ...[...new Set(urls.flatMap((url) => addressOf(url) ?? []))].map((url): Wish => ({
      channel: 'webhook',
      to: [url],
      events: ['run.succeeded', 'run.failed'],
    })),
    ...((given.successOn ?? true) ? mail(happy, 'run.succeeded') : []),
    ...((given.failureOn ?? true) ? mail(unhappy, 'run.failed') : []),
    ...(stall === undefined ? [] : mail(unhappy.length > 0 ? unhappy : happy, 'run.stalled', { stall_minutes: stall })),
  ];
}

/** Mails only where there is a mail server. */
export async function settleWishes(context: RouteContext, pipeline: string, given: NotificationsIn | undefined): Promise<void> {
  const wishes = wishesOf(given).filter(({ channel }) => channel === 'webhook' || context.mails);
  await perform(settleNotifications, context, { pipeline, form, wishes });
}
