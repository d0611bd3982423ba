/** Do two streams hold the same bytes, however they are cut? Both are left at the first difference. */
export async function areSame(one: AsyncIterable<Uint8Array>, other: AsyncIterable<Uint8Array>): Promise<boolean> {
  const chunks = one[Symbol.asyncIterator]();
  let held: Uint8Array = new Uint8Array();
  const isOver = async (): Promise<boolean> => {
    while (held.length === 0) {
      const next = await chunks.next();
      if (next.done) return true;
      held = next.value;
    }
    return false;
  };
  try {
    for await (const chunk of other) {
      for (let at = 0; at < chunk.length;) {
        if (await isOver()) return false;
        const length = Math.min(held.length, chunk.length - at);
        if (Buffer.compare(held.subarray(0, length), chunk.subarray(at, at + length)) !== 0) return false;
        held = held.subarray(length);
        at += length;
      }
    }
    return await isOver();
  } finally {
    await chunks.return?.();
  }
}
