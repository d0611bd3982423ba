/** What hooks ask of the network, done for them: counted over the whole import, some at a time, each with its end. */
import { asHeadgateError } from '../domain/error.ts';
import { fetchAsked, type HookFetch } from '../domain/hook-request.ts';
import type { HookLimits } from './limits.ts';

type Limits = Pick<HookLimits, 'fetches' | 'fetchMs' | 'fetchBytes' | 'fetchesAtOnce' | 'outputLength'>;

export class Errands {
  readonly #fetch: HookFetch | undefined;
  readonly #limits: Limits;
  #made = 0;

  constructor(limits: Limits, fetch?: HookFetch) {
    this.#limits = limits;
    this.#fetch = fetch;
  }

  /** May hooks ask at all? */
  get open(): boolean {
    return this.#fetch !== undefined;
  }

  /** `given`: a list of JSON texts that a hook may have written. An answer for each, as JSON; undefined where there are more than an import may have. */
  async run(given: unknown, signal: AbortSignal): Promise<readonly string[] | undefined> {
    const { fetches, fetchesAtOnce, outputLength } = this.#limits;
    const wants: readonly unknown[] = Array.isArray(given) ? given : [];
    this.#made += Math.max(1, wants.length);
    if (this.#made > fetches) return undefined;
    const answers = wants.map(() => '');
    let next = 0;
    let length = 0;
    const work = async (): Promise<void> => {
      while (next < wants.length && !signal.aborted) {
        const at = next++;
        const answer =
          length > outputLength ? errorOf('fetch: the answers are too long together') : await this.#one(wants[at], signal);
        length += answer.length;
        answers[at] = answer;
      }
    };
    await Promise.all(Array.from({ length: fetchesAtOnce }, work));
    return answers;
  }

  /** Never throws. */
  async #one(want: unknown, signal: AbortSignal): Promise<string> {
    const { fetchMs, fetchBytes } = this.#limits;
    try {
      const read = fetchAsked.safeParse(typeof want === 'string' ? JSON.parse(want) : undefined);
      if (!read.success) return errorOf(`fetch: ${read.error.issues[0]?.path.join('.') ?? ''} is not what a request may have`);
      if (!this.#fetch) return errorOf('fetch: this server lets hooks reach no host');
      return JSON.stringify(await this.#fetch(read.data, { ms: fetchMs, bytes: fetchBytes }, signal));
    } catch (error) {
      return errorOf(asHeadgateError(error, 'fetch').message);
    }
  }
}

const errorOf = (error: string): string => JSON.stringify({ error });
