/** What has to be looked at again and again, besides what falls due. Every process may do it: each finding is made once. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../domain/clock.ts';
import type { OpenDb } from '../store/db.ts';
import { markStalled } from '../store/runs.ts';
import { tell } from './tell.ts';

const lookMs = 5_000;
const batch = 100;

export interface Upkeep {
  stop(): Promise<void>;
}

export function startUpkeep(db: OpenDb, clock: Clock, { stalledHours }: { readonly stalledHours: number }): Upkeep {
  const ending = new AbortController();
  const loop = (async (): Promise<void> => {
    while (!ending.signal.aborted) {
      // The database is away: what is to be found is found later.
      await tellStalled(db, clock, stalledHours).catch(() => undefined);
      await wait(lookMs, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  })();
  return {
    async stop() {
      ending.abort();
      await loop;
    },
  };
}

export async function tellStalled(db: OpenDb, clock: Clock, hours: number): Promise<void> {
  await db.tx(async (tx) => {
    for (const run of await markStalled(tx, hours, batch)) await tell(tx, run, ['run.stalled'], clock.now());
  });
}
