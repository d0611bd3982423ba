/** Rows of the PostgreSQL protocol as a `csv` document, bytes to bytes: no row becomes an object. */
import type { Frames, Unframed } from '../_pg/streamed.ts';
import { text } from '../_sql/csv-cells.ts';

const [comma, lf] = [0x2c, 0x0a];
const dataRow = 0x44;
/** CommandComplete and ErrorResponse: no row follows them. */
const last: ReadonlySet<number> = new Set([0x43, 0x45]);
const headerBytes = 5;

export class RowFrames implements Frames {
  /** The beginning of a message whose end has not come yet. */
  #rest: Buffer = Buffer.alloc(0);

  take(chunk: Buffer): Unframed {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const out = Buffer.allocUnsafe(bytes.length * 2);
    const others: Buffer[] = [];
    let [at, to] = [0, 0];
    while (bytes.length - at >= headerBytes) {
      const type = bytes[at] ?? 0;
      const end = at + 1 + bytes.readInt32BE(at + 1);
      if (end > bytes.length) break;
      if (type === dataRow) to = row(out, to, bytes, at + headerBytes);
      // The driver may look at it later, and the chunk is ours.
      else others.push(Buffer.from(bytes.subarray(at, end)));
      at = end;
      if (last.has(type)) return { data: out.subarray(0, to), others: [...others, Buffer.from(bytes.subarray(at))], ended: true };
    }
    this.#rest = Buffer.from(bytes.subarray(at));
    return { data: out.subarray(0, to), others, ended: false };
  }
}

/** A count of columns, then a length and its bytes per column; −1 stands for NULL. Quotes and commas fit where the lengths stood. */
function row(out: Buffer, to: number, data: Buffer, start: number): number {
  const columns = data.readInt16BE(start);
  let [at, from] = [to, start + 2];
  for (let column = 0; column < columns; column++) {
    if (column > 0) out[at++] = comma;
    const length = data.readInt32BE(from);
    from += 4;
    if (length < 0) continue;
    at = text(out, at, data, from, from + length);
    from += length;
  }
  out[at++] = lf;
  return at;
}
