import type { Frames, Unframed } from '../_pg/streamed.ts';

const copyData = 0x64;
/** CopyDone and ErrorResponse: nothing of the data follows them. */
const last: ReadonlySet<number> = new Set([0x63, 0x45]);
const headerBytes = 5;

/**
 * Takes the frames off a COPY's data: the server sends one message per row. The payloads are moved together inside the
 * chunk that the socket gave, so a row costs one small move and no object.
 */
export class CopyFrames implements Frames {
  /** The header of a message that a chunk's end cut. */
  #header: Buffer = Buffer.alloc(0);
  /** Bytes of the current message that are still to come. */
  #left = 0;
  #isData = false;

  /** Overwrites the chunk. */
  take(chunk: Buffer): Unframed {
    const others: Buffer[] = [];
    let out = 0;
    for (let at = 0; at < chunk.length;) {
      if (this.#left > 0) {
        const end = Math.min(at + this.#left, chunk.length);
        this.#left -= end - at;
        if (!this.#isData) others.push(Buffer.from(chunk.subarray(at, end)));
        else {
          if (out !== at) chunk.copyWithin(out, at, end);
          out += end - at;
        }
        at = end;
      } else if (this.#header.length === 0 && chunk.length - at >= headerBytes && chunk[at] === copyData) {
        this.#isData = true;
        this.#left = chunk.readInt32BE(at + 1) - 4;
        at += headerBytes;
      } else {
        const end = Math.min(at + headerBytes - this.#header.length, chunk.length);
        this.#header = Buffer.concat([this.#header, chunk.subarray(at, end)]);
        at = end;
        if (this.#header.length < headerBytes) break;
        const header = this.#header;
        this.#header = Buffer.alloc(0);
        this.#isData = header[0] === copyData;
        this.#left = header.readInt32BE(1) - 4;
        if (this.#isData) continue;
        others.push(header);
        if (!last.has(header[0] ?? 0)) continue;
        others.push(Buffer.from(chunk.subarray(at)));
        return { data: chunk.subarray(0, out), others, ended: true };
      }
    }
    return { data: chunk.subarray(0, out), others, ended: false };
  }
}
