/** Rows that are JSON texts as one array, a row per line. */
export async function* jsonArray(batches: AsyncIterable<readonly (readonly (string | null)[])[]>): AsyncGenerator<string> {
  let before = '[';
  for await (const batch of batches) {
    for (const [row] of batch) {
      yield `${before}${row ?? 'null'}`;
      before = ',\n';
    }
  }
  yield before === '[' ? '[]' : ']';
}
