/** Renews a lease until it is released, and says when its work must stop. */
import { setInterval as everyMs } from 'node:timers';
import { HeadgateError } from '../domain/error.ts';
import type { Lease } from '../store/leases.ts';
import type { Looks } from './looks.ts';

export interface Held {
  /** Fires when the work must stop. */
  readonly signal: AbortSignal;
  /** Another worker has taken over. */
  lost(): boolean;
  cancelled(): boolean;
  release(): void;
}

export interface HoldWith {
  /** Milliseconds. */
  readonly renewMs: number;
  /** Fires when the process ends. */
  readonly ending: AbortSignal;
  readonly looks: Looks;
}

export function hold(run: string, renewal: () => Promise<Lease>, { renewMs, ending, looks }: HoldWith): Held {
  const stop = new AbortController();
  let [lost, asked] = [false, false];
  const renew = (): void => {
    void renewal().then(
      ({ held, cancelled }) => {
        lost ||= !held;
        asked ||= cancelled;
        if (!held || cancelled)
          stop.abort(new HeadgateError('run.cancelled', held ? 'cancelled on request' : 'another worker has taken over'));
      },
      // The database is away: the lease runs out by itself, and the destination's fence keeps the books right.
      () => undefined,
    );
  };
  const forget = looks.add(run, renew);
  // What was asked between the claim and this line was heard by nobody.
  renew();
  const renewing = everyMs(renew, renewMs);
  return {
    signal: AbortSignal.any([stop.signal, ending]),
    lost: () => lost,
    cancelled: () => asked,
    release() {
      clearInterval(renewing);
      forget();
    },
  };
}
