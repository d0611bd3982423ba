/** The bytes of a request on their way into the storage: counted and summed as they pass, never collected. */
import { HeadgateError } from '../../domain/error.ts';
import { turn } from '../turns.ts';
import { namesIn, requireEqual, Summing, type ChecksumName, type Checksums } from './checksums.ts';

/** A sender that says nothing for so many whole ticks, a minute, is gone. */
const [tickMs, silentTicks] = [20_000, 3];

/** Bytes that pass unsummed before everybody else is heard; a chunk that is summed takes a turn of its own. */
const passing = 1 << 19;

export interface Received {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** When all of them have passed. */
  checksums(): Checksums;
}

/**
 * The bytes throw `upload.incomplete` where the sender breaks off, and `upload.checksum` behind the last one: whoever stores them has
 * not finished by then.
 */
export function receive(sent: AsyncIterable<Uint8Array>, ...expected: readonly Checksums[]): Received {
  return received(sent, new Set(['sha256' as const, ...namesIn(...expected)]), expected);
}

/** The same with the sums that were announced, and no others. */
export function receiveAsAnnounced(sent: AsyncIterable<Uint8Array>, ...expected: readonly Checksums[]): Received {
  return received(sent, new Set(namesIn(...expected)), expected);
}

function received(sent: AsyncIterable<Uint8Array>, names: ReadonlySet<ChecksumName>, expected: readonly Checksums[]): Received {
  const summing = new Summing([...names]);
  let found: Checksums = {};
  async function* bytes(): AsyncGenerator<Uint8Array> {
    const each = names.size > 0 ? 0 : passing;
    let passed = each;
    for await (const chunk of attended(sent)) {
      if (passed >= each) {
        await turn();
        passed = 0;
      }
      passed += chunk.length;
      summing.update(chunk);
      yield chunk;
    }
    found = summing.digests();
    requireEqual(found, ...expected);
  }
  return { bytes: bytes(), checksums: () => found };
}

const broken = (cause?: unknown): HeadgateError =>
  cause instanceof HeadgateError
    ? cause
    : new HeadgateError('upload.incomplete', 'receiving bytes: their sender broke off', { cause });

const attended = (sent: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> => ({
  [Symbol.asyncIterator]: () => new Attended(sent[Symbol.asyncIterator]()),
});

/** The same chunks, as long as some come when they are asked for. One clock for all of them: a timer for each costs as much as the chunk. */
class Attended implements AsyncIterator<Uint8Array> {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #clock: NodeJS.Timeout;
  /** Ticks since somebody waits for a chunk. */
  #silent = 0;
  #fail: ((error: HeadgateError) => void) | undefined;

  constructor(source: AsyncIterator<Uint8Array>) {
    this.#source = source;
    this.#clock = setInterval(() => {
      this.#silent += 1;
      // Whoever stores them may take as long as it needs.
      if (!this.#fail || this.#silent <= silentTicks) return;
      this.#fail(broken());
      this.#leave();
    }, tickMs);
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    this.#silent = 0;
    return await new Promise((resolve, reject) => {
      this.#fail = reject;
      this.#source.next().then(
        (result) => {
          this.#fail = undefined;
          if (result.done === true) clearInterval(this.#clock);
          resolve(result);
        },
        (error: unknown) => {
          clearInterval(this.#clock);
          reject(broken(error));
        },
      );
    });
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.#leave();
    return { done: true, value: undefined };
  }

  #leave(): void {
    clearInterval(this.#clock);
    // Whoever is still sending has been told, or will be. Nobody waits for them.
    void this.#source.return?.().catch(() => undefined);
  }
}
