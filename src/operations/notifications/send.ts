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
import type { Teller, Tellers } from './teller.ts';

/** Receivers compare the time of a request with their own: that of a test clock would be refused. */
const realTime = (): Date => new Date();

type Door = Pick<Ports, 'db' | 'key' | 'net' | 'clock'>;

/** `mail` absent = this process has no mail server. */
export function senderOf(ports: Door, mail: SendMail | undefined, tellers: Tellers = new Map()): Send {
  return async (taken, signal) => {
    try {
      const events = await findEvents(ports.db, Number(taken.workspace_id), taken.events);
      if (taken.dialect !== null && taken.dialect !== singleMails)
        return await worded(taken, events, { ...ports, mail, teller: tellers.get(taken.dialect) }, signal);
      return taken.channel === 'webhook' ? await toWebhook(taken, events, ports, signal) : await byMail(taken, events, mail);
    } catch (error) {
      return { ok: false, gone: false, status: null, error: asHeadgateError(error, 'delivering').code };
    }
  };
}

async function toWebhook(
  { workspace_id, subscription_id, target: [url = ''] }: TakenDelivery,
  events: readonly EventRow[],
  { db, key, net, clock }: Door,
  signal: AbortSignal,
): Promise<SendResult> {
  // Written by us in this form.
  const secrets = (await openSecrets(db, key, Number(workspace_id), subscription_id)) as unknown as SigningSecrets;
  let status = 200;
  for (const { id, body } of events) {
    status = await post(url, signedHeaders(id, realTime(), body, signing(secrets, clock.now())), body, net, signal);
    if (status < 200 || status > 299) break;
  }
  const ok = status >= 200 && status <= 299;
  return { ok, gone: status === 410, status, error: ok ? null : 'server.refused' };
}

/** In the words of a dialect. What it has nothing to say about any more has arrived. */
async function worded(
  { id, workspace_id, channel, name, target }: TakenDelivery,
  events: readonly EventRow[],
  { db, net, mail, teller }: Door & { readonly mail: SendMail | undefined; readonly teller: Teller | undefined },
  signal: AbortSignal,
): Promise<SendResult> {
  const workspace = Number(workspace_id);
  const failed = { ok: false, gone: false, status: null, error: 'config.invalid' };
  if (!teller || (channel === 'email' && !mail)) return failed;
  for (const event of events) {
    const run = event.run_id === null ? undefined : await findRun(db, workspace, event.run_id);
    if (!run) continue;
    const telling = { workspace, kind: event.kind, pipeline: run.pipeline_id, run };
    if (channel === 'email') {
      const words = await teller.mail(telling, mailOf([told(event)], name, workspace));
      if (words) await mail?.(target, words, id);
      continue;
    }
    const body = await teller.post(telling);
    const status = body === undefined ? 200 : await post(target[0] ?? '', {}, body, net, signal);
    if (status < 200 || status > 299) return { ok: false, gone: status === 410, status, error: 'server.refused' };
  }
  return { ok: true, gone: false, status: channel === 'email' ? 250 : 200, error: null };
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
