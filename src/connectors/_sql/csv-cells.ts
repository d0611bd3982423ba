/*
 * Fields of a `csv` document, bytes to bytes. Each writes the bytes of `data` between `from` and `end` into `out` at `to`, and
 * answers where it has ended: at most twice as many and two. Most values are short: a loop over their bytes beats a call into
 * the runtime.
 */
const [comma, quote, lf, cr] = [0x2c, 0x22, 0x0a, 0x0d];

export function copy(out: Buffer, to: number, data: Buffer, from: number, end: number): number {
  let at = to;
  for (let read = from; read < end; read++) out[at++] = data[read] ?? 0;
  return at;
}

/** As it is until a byte says that it has to stand in quotes. */
export function text(out: Buffer, to: number, data: Buffer, from: number, end: number): number {
  if (from === end) return quoted(out, to, data, from, end);
  let at = to;
  for (let read = from; read < end; read++) {
    const byte = data[read] ?? 0;
    if (byte <= comma && (byte === comma || byte === quote || byte === lf || byte === cr))
      return quoted(out, to, data, from, end);
    out[at++] = byte;
  }
  return at;
}

function quoted(out: Buffer, to: number, data: Buffer, from: number, end: number): number {
  let at = to;
  out[at++] = quote;
  for (let read = from; read < end; read++) {
    const byte = data[read] ?? 0;
    if (byte === quote) out[at++] = quote;
    out[at++] = byte;
  }
  out[at++] = quote;
  return at;
}
