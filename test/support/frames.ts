/**
 * Follows PostgreSQL's server messages (one tag byte, four bytes of length, body) through any chopping of the stream.
 * Bodies up to `keep` bytes are handed out; longer ones pass by unread.
 */
export class Frames {
  readonly #keep: number;
  #bare: number;
  #header = Buffer.alloc(0);
  #body: Buffer[] = [];
  #left = 0;

  /** `bare`: bytes before the first message (the one-byte answer to a request for TLS). */
  constructor(bare = 0, keep = 64) {
    this.#bare = bare;
    this.#keep = keep;
  }

  /** The messages that end within this chunk. */
  *push(chunk: Buffer): Generator<{ readonly tag: string; readonly body: Buffer }> {
    const skipped = Math.min(this.#bare, chunk.length);
    this.#bare -= skipped;
    for (let at = skipped; at < chunk.length || (this.#header.length === 5 && this.#left === 0);) {
      if (this.#header.length < 5) {
        const taken = chunk.subarray(at, at + 5 - this.#header.length);
        this.#header = Buffer.concat([this.#header, taken]);
        at += taken.length;
        if (this.#header.length < 5) return;
        this.#left = this.#header.readUInt32BE(1) - 4;
      }
      const taken = chunk.subarray(at, at + this.#left);
      at += taken.length;
      this.#left -= taken.length;
      if (this.#header.readUInt32BE(1) <= this.#keep) this.#body.push(taken);
      if (this.#left > 0) return;
      yield { tag: String.fromCharCode(this.#header[0] ?? 0), body: Buffer.concat(this.#body) };
      this.#header = Buffer.alloc(0);
      this.#body = [];
    }
  }
}
