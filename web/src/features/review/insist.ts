/** Asking until there is an answer: a lost connection loses no edit. */
import { Refused } from '../../api/refused.ts';

const away: ReadonlySet<number> = new Set([0, 502, 503, 504]);

/** The server, or the way to it, is not there: later it may be. */
export const isAway = (error: unknown): boolean => error instanceof Refused && away.has(error.status);

interface Waiting {
  onAway(): void;
  /** After as many tries. */
  pause(tries: number): Promise<void>;
}

/** `ask(again)`: `again` = it was asked before, and nobody knows what became of that. Throws what the server refuses. */
export async function insist<T>(ask: (again: boolean) => Promise<T>, { onAway, pause }: Waiting): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await ask(tries > 0);
    } catch (error) {
      if (!isAway(error)) throw error;
      onAway();
      await pause(tries);
    }
  }
}
