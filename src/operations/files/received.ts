/** The bytes of a request on their way into the storage: counted and summed as they pass, never collected. */
import { HeadgateError } from '../../domain/error.ts';
import { within } from '../patience.ts';
import { turn } from '../turns.ts';
import { namesIn, requireEqual, Summing, type ChecksumName, type Checksums } from './checksums.ts';

/** A sender that says nothing for so long is gone. */
const silenceMs = 60_000;

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
    for await (const chunk of attended(sent)) {
      summing.update(chunk);
      yield chunk;
    }
    found = summing.digests();
    requireEqual(found, ...expected);
  }
  return { bytes: bytes(), checksums: () => found };
}

async function* attended(sent: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = sent[Symbol.asyncIterator]();
  const broken = (cause?: unknown): HeadgateError =>
    new HeadgateError('upload.incomplete', 'receiving bytes: their sender broke off', { cause });
  try {
    for (;;) {
      await turn();
      const next = await within(silenceMs, source.next(), broken).catch((error: unknown) => {
        throw error instanceof HeadgateError ? error : broken(error);
      });
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // Whoever is still sending has been told, or will be. Nobody waits for them.
    void source.return?.().catch(() => undefined);
  }
}
