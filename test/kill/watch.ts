import { setTimeout as wait } from 'node:timers/promises';
import type { Place } from './place.ts';

export interface Watched {
  readonly before: number;
  readonly smallest: number;
  readonly looks: number;
}

export interface Watch extends AsyncDisposable {
  /** Stops looking. */
  stop(): Promise<Watched>;
}

/** Looks at the table all the time, until it is stopped. */
export async function watch(place: Place): Promise<Watch> {
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
      return { before, smallest, looks };
    },
    [Symbol.asyncDispose]: async () => {
      stopped = true;
      await looking.catch(() => undefined);
      await reader[Symbol.asyncDispose]();
    },
  };
}
