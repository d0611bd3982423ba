/** Mails to those who are given something. */
import { sendOneMail } from '../../../operations/notifications/mail.ts';
import { perform } from '../../../operations/operation.ts';
import type { RouteContext } from '../../dialect.ts';
import { allGroups, person } from './people.ts';

export type Holder = { readonly principal: string } | { readonly group: string };

interface Given {
  /** `the import orders` */
  readonly what: string;
  readonly how: 'shared' | 'transferred';
  /** Of the request; absent = wherever there is a mail server. */
  readonly wanted?: boolean | undefined;
  readonly words?: string | undefined;
}

/** Who has no address gets none. */
export async function mailHolders(
  context: RouteContext,
  holders: readonly Holder[],
  { what, how, wanted, words = '' }: Given,
): Promise<void> {
  if (!context.mails || wanted === false) return;
  const to = new Set<string>();
  const groups = holders.some((holder) => 'group' in holder) ? await allGroups(context) : [];
  for (const holder of holders) {
    const people =
      'principal' in holder ? [holder.principal] : (groups.find(({ group }) => group.id === holder.group)?.group.members ?? []);
    for (const one of people) {
      const { email } = (await person(context, one)).principal;
      if (email !== null && one !== context.actor.principal) to.add(email);
    }
  }
  const { name } = (await person(context, context.actor.principal)).principal;
  const subject = how === 'shared' ? `${name} has shared ${what} with you` : `${name} has given you ${what}`;
  const text = [`${subject}.`, ...(words === '' ? [] : ['', words]), ''].join('\n');
  for (const address of to) await perform(sendOneMail, context, { to: [address], subject: subject.slice(0, 500), text });
}
