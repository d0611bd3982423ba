/** The operator's mail server. Loaded when the first mail is sent. */
import { HeadgateError } from '../domain/error.ts';
import type { Mail } from './mail.ts';

export interface MailSettings {
  /** `smtp://user:password@host:587` or `smtps://…`. */
  readonly url: string;
  readonly from: string;
}

/** Resolves once a mail is accepted. Throws `connect.unreachable`, `connect.refused`. */
export type SendMail = (to: readonly string[], mail: Mail, id: string) => Promise<void>;

/** `id` names the mail: a repeated attempt has the same, so that mail programs show it once. */
export function mailer({ url, from }: MailSettings): SendMail {
  return async (to, { subject, text, fromName, replyTo }, id) => {
    const { createTransport } = await import('nodemailer');
    const timeouts = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 };
    const transport = createTransport({ url, ...timeouts, disableFileAccess: true, disableUrlAccess: true });
    try {
      await transport.sendMail({
        from: fromName === undefined ? from : { name: fromName, address: from },
        ...(replyTo !== undefined && { replyTo }),
        to: [...to],
        subject,
        text,
        messageId: `<${id}@headgate>`,
        headers: { 'auto-submitted': 'auto-generated' },
      });
    } catch (cause) {
      const refused = cause instanceof Error && 'responseCode' in cause;
      throw new HeadgateError(
        refused ? 'connect.refused' : 'connect.unreachable',
        refused ? 'sending a mail: the mail server refused it' : 'sending a mail: the mail server does not answer',
        { cause },
      );
    } finally {
      transport.close();
    }
  };
}
