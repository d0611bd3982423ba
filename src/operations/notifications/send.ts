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
import { findRun } from '../../store/runs.ts';
import { openSecrets } from '../../store/secrets.ts';
import type { Ports } from '../operation.ts';
import { singleMails } from './mail.ts';
import type { Form, Forms } from './form.ts';

/** Receivers compare the time of a request with their own: that of a test clock would be refused. */
const realTime = (): Date => new Date();

type Door = Pick<Ports, 'db' | 'key' | 'net' | 'clock'>;

/** `mail` absent = this process has no mail server. */
export function senderOf(ports: Door, mail: SendMail | undefined, forms: Forms = {}): Send {
  return async (taken, signal) => {
    const form = taken.form === null || taken.form === singleMails ? 'ours' : forms[taken.form];
    const waits = typeof form === 'object' && form.waits ? { waits: form.waits } : {};
    try {
      const events = await findEvents(ports.db, Number(taken.workspace_id), taken.events);
      if (form === undefined) return unable;
      if (form !== 'ours') return { ...(await worded(taken, events, { ...ports, mail, form }, signal)), ...waits };
      return taken.channel === 'webhook' ? await toWebhook(taken, events, ports, signal) : await byMail(taken, events, mail);
    } catch (error) {
      return { ok: false, gone: false, status: null, error: asHeadgateError(error, 'delivering').code, ...waits };
    }
  };
}

/** This process lacks what it takes. */
const unable: SendResult = { ok: false, gone: false, status: null, error: 'config.invalid' };

const accepted = (status: number): boolean => status >= 200 && status <= 299;

const answered = (status: number): SendResult => ({
  ok: accepted(status),
  gone: status === 410,
  status,
  error: accepted(status) ? null : 'server.refused',
});

/** Of the webhook, the current one first. */
async function secretsOf({ workspace_id, subscription_id }: TakenDelivery, { db, key, clock }: Door): Promise<readonly string[]> {
  // Written by us in this form.
  const secrets = (await openSecrets(db, key, Number(workspace_id), subscription_id)) as unknown as SigningSecrets;
  return signing(secrets, clock.now());
}

async function toWebhook(
  taken: TakenDelivery,
  events: readonly EventRow[],
  door: Door,
  signal: AbortSignal,
): Promise<SendResult> {
  const secrets = await secretsOf(taken, door);
  let status = 200;
  for (const { id, body } of events) {
    status = await post(taken.target[0] ?? '', signedHeaders(id, realTime(), body, secrets), body, door.net, signal);
    if (!accepted(status)) break;
  }
  return answered(status);
}

/** In the words of another vocabulary. What it has nothing to say about any more has arrived. */
async function worded(
  taken: TakenDelivery,
  events: readonly EventRow[],
  door: Door & { readonly mail: SendMail | undefined; readonly form: Form },
  signal: AbortSignal,
): Promise<SendResult> {
  const { id, workspace_id, channel, name, target } = taken;
  const { db, net, mail, form } = door;
  const workspace = Number(workspace_id);
  if (channel === 'email' && !mail) return unable;
  for (const event of events) {
    const run = event.run_id === null ? undefined : await findRun(db, workspace, event.run_id);
    const telling = { workspace, event, run };
    if (channel === 'email') {
      const words = await form.mail?.(telling, mailOf([told(event)], name, workspace));
      if (words) await mail?.(target, words, id);
      continue;
    }
    const posted = await form.post(telling);
    if (!posted) continue;
    const headers = { 'content-type': posted.type, ...posted.headers(await secretsOf(taken, door), realTime()) };
    const status = await post(target[0] ?? '', headers, posted.body, net, signal);
    if (!accepted(status)) return answered(status);
  }
  return { ok: true, gone: false, status: channel === 'email' ? 250 : 200, error: null };
}

async function byMail(
  { id, workspace_id, name, target }: TakenDelivery,
  events: readonly EventRow[],
  mail: SendMail | undefined,
): Promise<SendResult> {
  if (!mail) return unable;
  if (events.length > 0) await mail(target, mailOf(events.map(told), name, Number(workspace_id)), id);
  return { ok: true, gone: false, status: 250, error: null };
}

function told({ kind, at, body }: EventRow): { kind: EventRow['kind']; at: Date; data: { readonly [name: string]: Json } } {
  // Written by us in this form.
  return { kind, at, data: (JSON.parse(body) as { readonly data: { readonly [name: string]: Json } }).data };
}
