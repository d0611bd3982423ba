/** The bytes of a request on their way into the storage: counted and summed as they pass, never collected. */
import { HeadgateError } from '../../domain/error.ts';
import { turn } from '../turns.ts';
import { namesIn, requireEqual, Summing, type ChecksumName, type Checksums } from './checksums.ts';

/** A sender that says nothing for so long is gone. */
const silenceMs = 60_000;

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

/** The same chunks, as long as some come. One timer for all of them: one for each costs as much as the chunk. */
class Attended implements AsyncIterator<Uint8Array> {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #silence: NodeJS.Timeout;
  #fail: ((error: HeadgateError) => void) | undefined;

  constructor(source: AsyncIterator<Uint8Array>) {
    this.#source = source;
    this.#silence = setTimeout(() => {
      this.#fail?.(broken());
      this.#leave();
    }, silenceMs);
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    this.#silence.refresh();
    return await new Promise((resolve, reject) => {
      this.#fail = reject;
      this.#source.next().then(
        (result) => {
          if (result.done === true) clearTimeout(this.#silence);
          resolve(result);
        },
        (error: unknown) => {
          clearTimeout(this.#silence);
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
    clearTimeout(this.#silence);
    // Whoever is still sending has been told, or will be. Nobody waits for them.
    void this.#source.return?.().catch(() => undefined);
  }
}
