import { crc32 } from 'node:zlib';

/**
 * Hands byte chunks from a reader to a writer, one document. One chunk at a time, so a slow writer holds the reader
 * back and memory stays at the size of a chunk. Counts and sums what passes.
 */
export class Channel implements AsyncIterable<Uint8Array> {
  bytes = 0;
  checksum = 0;
  #chunk: Uint8Array | undefined;
  #ended = false;
  #failure: unknown;
  #wakeReader: (() => void) | undefined;
  #wakeWriter: (() => void) | undefined;

  /** Resolves when the writer is done with the chunk: it is the reader's again. Rejects with what broke the other side. */
  async push(data: Uint8Array): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    this.bytes += data.byteLength;
    this.checksum = crc32(data, this.checksum);
    this.#chunk = data;
    this.#wakeWriter?.();
    while (this.#chunk !== undefined && this.#failure === undefined) await new Promise<void>((done) => (this.#wakeReader = done));
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** The document is complete. */
  end(): void {
    this.#ended = true;
    this.#wakeWriter?.();
  }

  /** Either side broke: the other one stops with the same error. */
  fail(error: unknown): void {
    this.#failure ??= error;
    this.#wakeReader?.();
    this.#wakeWriter?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      while (this.#chunk === undefined && !this.#ended && this.#failure === undefined) {
        await new Promise<void>((done) => (this.#wakeWriter = done));
      }
      if (this.#failure !== undefined) throw this.#failure;
      const chunk = this.#chunk;
      if (chunk === undefined) return;
      yield chunk;
      this.#chunk = undefined;
      this.#wakeReader?.();
    }
  }
}
