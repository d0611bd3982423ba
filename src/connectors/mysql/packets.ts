/** The server's packets out of the chunks of a socket. Pure. */

/** A packet of this length continues in the next one. */
const longest = 0xffffff;

const headerBytes = 4;

export class Packets {
  #waiting: Buffer[] = [];
  #length = 0;
  /** Bytes that must be there before another look makes sense. */
  #needed = headerBytes;

  /** Calls `each` with every payload that is whole now: the bytes from `start` to `end`. Stops early where it answers false. */
  push(chunk: Buffer, each: (data: Buffer, start: number, end: number) => boolean): void {
    this.#waiting.push(chunk);
    this.#length += chunk.length;
    if (this.#length < this.#needed) return;
    const [only] = this.#waiting;
    const data = only && this.#waiting.length === 1 ? only : Buffer.concat(this.#waiting);
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
      at = end;
      const whole = single ? data : joined(data, start - headerBytes, end);
      if (!(single ? each(whole, start, end) : each(whole, 0, whole.length))) break;
    }
    const rest = data.subarray(at);
    this.#waiting = rest.length === 0 ? [] : [rest];
    this.#length = rest.length;
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
