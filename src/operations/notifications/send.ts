/** One attempt to tell one subscription: what a worker does with a delivery that it took. */
import { asHeadgateError } from '../../domain/error.ts';
import type { Json } from '../../domain/json.ts';
import type { Send, SendResult } from '../../jobs/deliveries.ts';
import { mailOf } from '../../notify/mail.ts';
import { post } from '../../notify/post.ts';
import { signedHeaders, signing, type SigningSecrets } from '../../notify/signature.ts';
import type { SendMail } from '../../notify/smtp.ts';
import type { TakenDelivery } from '../../store/deliveries.ts';
import { findEvents, type EventRow } from '../../store/events.ts';
import { openSecrets } from '../../store/secrets.ts';
import type { Ports } from '../operation.ts';

/** Receivers compare the time of a request with their own: that of a test clock would be refused. */
const realTime = (): Date => new Date();

type SenderPorts = Pick<Ports, 'db' | 'key' | 'net' | 'clock'>;

/** The same event in other words; undefined = what it is about is gone, and nothing is sent. */
export type Compose = (workspace: number, event: EventRow) => Promise<Composed | undefined>;

export interface Composed {
  readonly body: string;
  readonly type: string;
  headers(secrets: readonly string[], at: Date): Readonly<Record<string, string>>;
}

/** `mail` absent = this process has no mail server. `forms`: the words of other vocabularies. */
export function senderOf(ports: SenderPorts, mail: SendMail | undefined, forms: Readonly<Record<string, Compose>> = {}): Send {
  return async (taken, signal) => {
    try {
      const events = await findEvents(ports.db, Number(taken.workspace_id), taken.events);
      return taken.channel === 'webhook'
        ? await toWebhook(taken, events, ports, forms, signal)
        : await byMail(taken, events, mail);
    } catch (error) {
      return { ok: false, gone: false, status: null, error: asHeadgateError(error, 'delivering').code };
    }
  };
}

async function toWebhook(
  { workspace_id, subscription_id, form, target: [url = ''] }: TakenDelivery,
  events: readonly EventRow[],
  { db, key, net, clock }: SenderPorts,
  forms: Readonly<Record<string, Compose>>,
  signal: AbortSignal,
): Promise<SendResult> {
  // Written by us in this form.
  const secrets = (await openSecrets(db, key, Number(workspace_id), subscription_id)) as unknown as SigningSecrets;
  let status = 200;
  const signers = signing(secrets, clock.now());
  const compose = form === null ? undefined : forms[form];
  if (form !== null && !compose) return { ok: false, gone: false, status: null, error: 'config.invalid' };
  for (const event of events) {
    const other = compose && (await compose(Number(workspace_id), event));
    if (compose && !other) continue;
    const { body } = other ?? event;
    const own = other && { 'content-type': other.type, ...other.headers(signers, realTime()) };
    status = await post(url, own ?? signedHeaders(event.id, realTime(), body, signers), body, net, signal);
    if (status < 200 || status > 299) break;
  }
  const ok = status >= 200 && status <= 299;
  return { ok, gone: status === 410, status, error: ok ? null : 'server.refused' };
}

async function byMail(
  { id, workspace_id, name, target }: TakenDelivery,
  events: readonly EventRow[],
  mail: SendMail | undefined,
): Promise<SendResult> {
  if (!mail) return { ok: false, gone: false, status: null, error: 'config.invalid' };
  if (events.length > 0) await mail(target, mailOf(events.map(told), name, Number(workspace_id)), id);
  return { ok: true, gone: false, status: 250, error: null };
}

function told({ kind, at, body }: EventRow): { kind: EventRow['kind']; at: Date; data: { readonly [name: string]: Json } } {
  // Written by us in this form.
  return { kind, at, data: (JSON.parse(body) as { readonly data: { readonly [name: string]: Json } }).data };
}
