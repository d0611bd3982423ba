import { setTimeout as wait } from 'node:timers/promises';
import type { Place } from './place.ts';

export interface Watched {
  readonly before: number;
  readonly smallest: number;
  readonly looks: number;
}

/** Looks at the table all the time. `stop` resolves to the smallest size that was ever seen, and how often it looked. */
export async function watch(place: Place): Promise<{ stop(): Promise<Watched> }> {
  const reader = await place.reader?.();
  if (!reader) throw new Error(`nobody can look at ${place.location} while it is written to`);
  const before = await reader.size();
  let [smallest, looks, stopped] = [before, 0, false];
  const looking = (async () => {
    while (!stopped) {
      smallest = Math.min(smallest, await reader.size());
      looks += 1;
      await wait(10);
    }
  })();
  looking.catch(() => undefined); // awaited by stop
  return {
    stop: async () => {
      stopped = true;
      await looking;
      await reader[Symbol.asyncDispose]();
      return { before, smallest, looks };
    },
  };
}
