import { setMaxListeners } from 'node:events';
import { HeadgateError } from '../domain/error.ts';
import { exit } from './exit.ts';

export interface Interrupts {
  readonly signal: AbortSignal;
  /** Gives the signals back to Node. */
  stop(): void;
}

const signals = ['SIGINT', 'SIGTERM'] as const;

/** Ctrl-C or SIGTERM: the first one asks everything to stop, the second one ends the process at once. */
export function listenForInterrupts(say: (text: string) => void): Interrupts {
  const controller = new AbortController();
  // Every session of every stream listens; that is no leak.
  setMaxListeners(0, controller.signal);
  const onSignal = (): void => {
    // The commit protocol holds for a killed process too, so ending here is safe.
    if (controller.signal.aborted) process.exit(exit.interrupted);
    say('stopping: nothing half-visible stays, and the same command continues here; press again to end at once');
    controller.abort(new HeadgateError('run.cancelled', 'the run was interrupted'));
  };
  for (const name of signals) process.on(name, onSignal);
  return { signal: controller.signal, stop: () => signals.forEach((name) => process.off(name, onSignal)) };
}
