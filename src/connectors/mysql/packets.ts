/** The server's packets out of the chunks of a socket. Pure. */

/** A packet of this length continues in the next one. */
const longest = 0xffffff;

export class Packets {
  #waiting: Buffer[] = [];
  #length = 0;
  /** Bytes that must be there before another look makes sense. */
  #needed = 4;

  /** Calls `each` with every payload that is whole now: the bytes from `start` to `end`. Stops early where it answers false. */
  push(chunk: Buffer, each: (data: Buffer, start: number, end: number) => boolean): void {
    this.#waiting.push(chunk);
    this.#length += chunk.length;
    if (this.#length < this.#needed) return;
    const [only] = this.#waiting;
    const data = only && this.#waiting.length === 1 ? only : Buffer.concat(this.#waiting);
    let at = 0;
    for (;;) {
      const end = endOf(data, at);
      if (end > data.length) {
        this.#needed = end - at;
        break;
      }
      const [payload, start, stop] = joined(data, at, end);
      at = end;
      if (!each(payload, start, stop)) break;
    }
    const rest = data.subarray(at);
    this.#waiting = rest.length === 0 ? [] : [rest];
    this.#length = rest.length;
    if (at === data.length) this.#needed = 4;
  }
}

/** Where the payload that begins with the header at `at` ends, or as far as can be told. */
function endOf(data: Buffer, at: number): number {
  for (let header = at; ;) {
    if (header + 4 > data.length) return header + 4;
    const length = data.readUIntLE(header, 3);
    header += 4 + length;
    if (length < longest) return header;
  }
}

function joined(data: Buffer, at: number, end: number): readonly [Buffer, number, number] {
  if (data.readUIntLE(at, 3) < longest) return [data, at + 4, end];
  const parts: Buffer[] = [];
  for (let header = at; header < end;) {
    const length = data.readUIntLE(header, 3);
    parts.push(data.subarray(header + 4, header + 4 + length));
    header += 4 + length;
  }
  const whole = Buffer.concat(parts);
  return [whole, 0, whole.length];
}
