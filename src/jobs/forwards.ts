/** Brings what runs have made of their rows to the addresses that pipelines name: at least once, whatever dies on the way. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../domain/clock.ts';
import { nextAttempt } from '../domain/forward.ts';
import { silentLog, type ProcessLog } from '../observe/log.ts';
import type { OpenDb } from '../store/db.ts';
import { endForward, failForward, forwardFailures, takeForwards, type TakenForward } from '../store/forwards.ts';

/** Nobody tells about what is due: it is looked for as often as this. */
const lookMs = 500;
/** Pipelines at the same time in this process. */
const atOnce = 4;

/** Posts everything that is there, marking how far it came. Resolves to what stopped it: the code of an error. */
export type Forward = (taken: TakenForward, signal: AbortSignal) => Promise<string | undefined>;

export interface Forwards {
  /** Waits for the requests on their way. */
  stop(): Promise<void>;
}

export function startForwards(db: OpenDb, clock: Clock, forward: Forward, log: ProcessLog = silentLog): Forwards {
  const ending = new AbortController();
  const atWork = new Set<Promise<void>>();
  const work = async (taken: TakenForward): Promise<void> => {
    const error = await forward(taken, ending.signal);
    // Cut off by our own end: that says nothing about the address. The lease runs out, and somebody goes on.
    if (ending.signal.aborted) return;
    if (error === undefined) return await endForward(db, taken);
    const { workspace_id, pipeline_id, forwarder_id } = taken;
    log.say('warn', 'forwarding failed', {
      workspace: workspace_id,
      pipeline: pipeline_id,
      forwarder: forwarder_id,
      code: error,
    });
    const failures = (await forwardFailures(db, taken)) + 1;
    await failForward(db, taken, error, nextAttempt(failures, clock.now(), Math.random()));
  };
  const loop = (async (): Promise<void> => {
    while (!ending.signal.aborted) {
      // The database is away: what is due is found later.
      const found = await takeForwards(db, clock.now(), atOnce - atWork.size).catch(() => []);
      for (const taken of found) {
        // What cannot be written is done again when the lease has run out.
        const one: Promise<void> = work(taken)
          .catch(() => undefined)
          .finally(() => atWork.delete(one));
        atWork.add(one);
      }
      await pause(ending.signal);
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
