/** Brings what has happened to those who want to hear of it: at least once, whatever dies on the way. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../domain/clock.ts';
import { verdict, type Attempted } from '../domain/notification.ts';
import { silentLog, type ProcessLog } from '../observe/log.ts';
import type { OpenDb } from '../store/db.ts';
import { endAttempt, takeDeliveries, type TakenDelivery } from '../store/deliveries.ts';
import { happen } from '../store/events.ts';

/** Nobody tells about new deliveries: they are looked for as often as this. */
const lookMs = 500;
/** Attempts at the same time in this process. */
const atOnce = 16;

export interface SendResult extends Attempted {
  readonly status: number | null;
  /** The code of what went wrong. */
  readonly error: string | null;
}

/** One attempt; never throws for what is wrong with the target. */
export type Send = (taken: TakenDelivery, signal: AbortSignal) => Promise<SendResult>;

export interface Deliveries {
  /** Waits for the attempts at work. */
  stop(): Promise<void>;
}

export function startDeliveries(db: OpenDb, clock: Clock, send: Send, log: ProcessLog = silentLog): Deliveries {
  const ending = new AbortController();
  const atWork = new Set<Promise<void>>();
  const loop = (async (): Promise<void> => {
    while (!ending.signal.aborted) {
      // The database is away: what waits is found later.
      const taken = await takeDeliveries(db, clock.now(), atOnce - atWork.size).catch(() => []);
      for (const one of taken) {
        // What cannot be written is tried again when the lease has run out.
        const work: Promise<void> = deliver(one, { db, clock, send, log, signal: ending.signal })
          .catch(() => undefined)
          .finally(() => atWork.delete(work));
        atWork.add(work);
      }
      // A target with more on its way gets the next as soon as the one before has arrived.
      if (atWork.size > 0) await Promise.race([...atWork, pause(ending.signal)]);
      else await pause(ending.signal);
    }
  })();
  return {
    async stop() {
      ending.abort();
      await loop;
      await Promise.all(atWork);
    },
  };
}

const pause = async (signal: AbortSignal): Promise<void> => await wait(lookMs, undefined, { signal }).catch(() => undefined);

interface Door {
  readonly db: OpenDb;
  readonly clock: Clock;
  readonly send: Send;
  readonly log: ProcessLog;
  readonly signal: AbortSignal;
}

async function deliver(taken: TakenDelivery, { db, clock, send, log, signal }: Door): Promise<void> {
  const begun = performance.now();
  const made = await send(taken, signal);
  // Cut off by our own end: that says nothing about the target. The lease runs out, and another attempt is made.
  if (signal.aborted && !made.ok) return;
  const now = clock.now();
  const { status, error } = made;
  const attempt = { at: now, status, error, ms: Math.round(performance.now() - begun) };
  if (!made.ok) {
    const about = { workspace: taken.workspace_id, subscription: taken.subscription_id, delivery: taken.id };
    log.say('warn', 'a delivery failed', { ...about, attempt: taken.attempt, status: status ?? undefined, code: error });
  }
  const result = verdict(made, taken.attempt, taken, now, Math.random());
  await db.tx(async (tx) => {
    const mine = await endAttempt(tx, taken, attempt, result);
    if (!mine || !result.target.disabled) return;
    const data = { subscription: taken.name, id: taken.subscription_id, channel: taken.channel };
    await happen(tx, { workspace: Number(taken.workspace_id), kind: 'webhook.disabled', data }, now);
  });
}
