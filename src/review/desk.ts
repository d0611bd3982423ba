/** The reviews that are open in this process: each once, for one at a time, closed when nobody has asked for a while. */
import { HeadgateError } from '../domain/error.ts';
import type { OpenReview } from './open-review.ts';

const idleMs = 10 * 60_000;

interface Held {
  review: OpenReview | undefined;
  turn: Promise<unknown>;
  idle: ReturnType<typeof setTimeout> | undefined;
}

export interface Keeping {
  /** `signal` ends with the desk, not with a request: others wait for the same rows. */
  open(signal: AbortSignal): Promise<OpenReview>;
  /** Is it still what its log says? Else it is opened anew. */
  isCurrent(review: OpenReview): Promise<boolean>;
}

/** What whoever is alone with a review knows of its desk. */
export interface Turn {
  /** As that of `open`. */
  readonly signal: AbortSignal;
  /** Closes the review for the rest of the turn: the next one opens it anew, and it is not at hand until then. */
  leave(): Promise<void>;
}

export class Desk implements AsyncDisposable {
  readonly #held = new Map<string, Held>();
  readonly #people = new Map<string, number>();
  readonly #end = new AbortController();

  /** Alone with the review. A process that died under it is started again, once: what was not acknowledged was not done. */
  async use<T>(key: string, keeping: Keeping, work: (review: OpenReview, turn: Turn) => Promise<T>): Promise<T> {
    return await this.#alone(key, async (held) => {
      const turn: Turn = { signal: this.#end.signal, leave: async () => await close(held) };
      try {
        return await work(await this.#opened(held, keeping), turn);
      } catch (error) {
        if (!(error instanceof HeadgateError) || error.code !== 'warehouse.lost') throw error;
        await close(held);
        return await work(await this.#opened(held, keeping), turn);
      }
    });
  }

  /** Are its rows at hand? */
  isOpen(key: string): boolean {
    return this.#held.get(key)?.review !== undefined;
  }

  /** Somebody looks on until the answer is called. */
  enter(key: string): () => void {
    this.#people.set(key, this.peopleAt(key) + 1);
    return () => void this.#people.set(key, this.peopleAt(key) - 1);
  }

  peopleAt(key: string): number {
    return this.#people.get(key) ?? 0;
  }

  /** Its file may go after that. */
  async close(key: string): Promise<void> {
    await this.#alone(key, close);
    this.#held.delete(key);
  }

  async #opened(held: Held, keeping: Keeping): Promise<OpenReview> {
    if (held.review && !(await keeping.isCurrent(held.review))) await close(held);
    held.review ??= await keeping.open(this.#end.signal);
    return held.review;
  }

  async #alone<T>(key: string, work: (held: Held) => Promise<T>): Promise<T> {
    const held = this.#held.get(key) ?? { review: undefined, turn: Promise.resolve(), idle: undefined };
    this.#held.set(key, held);
    clearTimeout(held.idle);
    const mine = held.turn.then(async () => await work(held));
    const turn = mine
      .catch(() => undefined)
      .then(() => {
        if (held.turn !== turn) return;
        held.idle = setTimeout(() => void this.close(key).catch(() => undefined), idleMs).unref();
      });
    held.turn = turn;
    return await mine;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort(new HeadgateError('run.cancelled', 'the server ends'));
    await Promise.all([...this.#held.keys()].map(async (key) => await this.close(key)));
    for (const { idle } of this.#held.values()) clearTimeout(idle);
  }
}

async function close(held: Held): Promise<void> {
  const { review } = held;
  held.review = undefined;
  await review?.[Symbol.asyncDispose]().catch(() => undefined);
}
