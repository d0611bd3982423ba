/** Blocks of cells as spreadsheets put them on the clipboard: tabs, line ends, quotes where a text holds one of these. */

export function toTsv(rows: readonly (readonly string[])[]): string {
  const quoted = (text: string) => (/[\t\n\r"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((row) => row.map(quoted).join('\t')).join('\n');
}

const tokens = /(?<start>\t|\r?\n|\r)(?:"(?<quoted>(?:[^"]|"")*)"(?=\t|\r|\n|$)|(?<plain>[^\t\r\n]*))/gy;

/** A line end behind the last row, as spreadsheets write it, makes no row. */
export function fromTsv(text: string): string[][] {
  const rows: string[][] = [];
  for (const { groups } of `\n${text.replace(/\r?\n$/, '')}`.matchAll(tokens)) {
    const cell = groups?.['quoted']?.replaceAll('""', '"') ?? groups?.['plain'] ?? '';
    if (groups?.['start'] === '\t') rows.at(-1)?.push(cell);
    else rows.push([cell]);
  }
  return rows;
}
