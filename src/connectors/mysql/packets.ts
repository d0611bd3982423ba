/** The server's packets out of the chunks of a socket. Pure. */

/** A packet of this length continues in the next one. */
const longest = 0xffffff;

const headerBytes = 4;

type Each = (data: Buffer, start: number, end: number) => boolean;

export class Packets {
  /** The beginning of a packet that is not whole yet, in pieces. */
  #waiting: Buffer[] = [];
  #length = 0;
  /** Bytes of it that must be there before another look makes sense. */
  #needed = headerBytes;

  /**
   * Calls `each` with every payload that is whole now: the bytes from `start` to `end`. Where it answers false, what follows in
   * the same piece is of no use to it.
   */
  push(chunk: Buffer, each: Each): void {
    let rest = chunk;
    // Only the packet that lies across two chunks is copied together.
    while (this.#length > 0) {
      const missing = rest.subarray(0, this.#needed - this.#length);
      this.#keep(missing);
      if (this.#length < this.#needed) return;
      rest = rest.subarray(missing.length);
      const begun = Buffer.concat(this.#waiting, this.#length);
      this.#forget();
      const left = this.#whole(begun, each);
      if (left.length === 0) break;
      this.#keep(left);
    }
    if (rest.length > 0) this.#keep(this.#whole(rest, each));
  }

  #keep(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#waiting.push(piece);
    this.#length += piece.length;
  }

  #forget(): void {
    this.#waiting = [];
    this.#length = 0;
  }

  /** What is left of `data` after its last whole packet, and how long that has to become. */
  #whole(data: Buffer, each: Each): Buffer {
    let at = 0;
    this.#needed = headerBytes;
    while (at < data.length) {
      const end = endOf(data, at);
      if (end > data.length) {
        this.#needed = end - at;
        break;
      }
      const start = at + headerBytes;
      const single = end - start < longest;
      const whole = single ? data : joined(data, at, end);
      at = end;
      if (!(single ? each(whole, start, end) : each(whole, 0, whole.length))) return data.subarray(data.length);
    }
    return data.subarray(at);
  }
}

/** The length in the header at `at`: three bytes, the lowest first. */
const lengthAt = (data: Buffer, at: number): number => (data[at] ?? 0) | ((data[at + 1] ?? 0) << 8) | ((data[at + 2] ?? 0) << 16);

/** Where the payload that begins with the header at `at` ends, or as far as can be told. */
function endOf(data: Buffer, at: number): number {
  for (let header = at; ;) {
    if (header + headerBytes > data.length) return header + headerBytes;
    const length = lengthAt(data, header);
    header += headerBytes + length;
    if (length < longest) return header;
  }
}

/** The payload of several packets in one piece. */
function joined(data: Buffer, at: number, end: number): Buffer {
  const parts: Buffer[] = [];
  for (let header = at; header < end;) {
    const length = lengthAt(data, header);
    parts.push(data.subarray(header + headerBytes, header + headerBytes + length));
    header += headerBytes + length;
  }
  return Buffer.concat(parts);
}
