/** One stream as several, each of which must be read to its end before the next. Nothing is collected. */
export async function* slices(
  bytes: AsyncIterable<Uint8Array>,
  size: number,
  sliceSize: number,
): AsyncGenerator<{ readonly bytes: AsyncIterable<Uint8Array>; readonly size: number }> {
  const source = bytes[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array();

  async function* next(length: number): AsyncGenerator<Uint8Array> {
    for (let left = length; left > 0;) {
      if (rest.length === 0) {
        const { done, value } = await source.next();
        if (done === true) return;
        rest = value;
      }
      const taken = rest.subarray(0, left);
      rest = rest.subarray(taken.length);
      left -= taken.length;
      yield taken;
    }
  }

  try {
    for (let at = 0; at < size; at += sliceSize) {
      const length = Math.min(sliceSize, size - at);
      yield { bytes: next(length), size: length };
    }
    // Its end has something to say as well: there may be more than was announced.
    await source.next();
  } finally {
    await source.return?.();
  }
}
