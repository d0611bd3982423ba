/** The csv dialect of docs/wire.md → rows, for results that people look at. */

/** Rows of a byte stream, in the batches in which they arrive. Nothing = NULL, `""` = empty text. */
export async function* wireRows(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<readonly (readonly (string | null)[])[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  for await (const chunk of bytes) {
    const { rows, open } = splitRows(rest + decoder.decode(chunk, { stream: true }));
    rest = open;
    if (rows.length > 0) yield rows;
  }
}

/** Whole records of the text, and what is left of the last one. */
export function splitRows(text: string): { readonly rows: readonly (readonly (string | null)[])[]; readonly open: string } {
  const rows: (string | null)[][] = [];
  const field = /("[^"]*(?:""[^"]*)*"|[^",\n]*)([,\n])/y;
  let row: (string | null)[] = [];
  let start = 0;
  for (let match = field.exec(text); match; match = field.exec(text)) {
    const [, value = '', end] = match;
    row.push(value === '' ? null : value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    if (end === ',') continue;
    rows.push(row);
    row = [];
    start = field.lastIndex;
  }
  return { rows, open: text.slice(start) };
}
