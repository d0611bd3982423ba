/** The csv dialect of docs/wire.md, written a second time and simply, so that the suite does not trust what it tests. */
import type { CsvDialect } from '../../src/sdk/index.ts';
import type { Cell, Row } from './kit.ts';

export const wireDialect: CsvDialect = { delimiter: ',', quote: '"', escape: '"', header: false };

const encodeCell = (cell: Cell): string => (cell === null ? '' : `"${cell.replaceAll('"', '""')}"`);

export function encodeCsv(rows: readonly Row[]): Buffer {
  return Buffer.from(rows.map((row) => `${row.map(encodeCell).join(',')}\n`).join(''));
}

/** All records. Throws where the text is not one whole document: a record without its end, a quote left open. */
export function decodeCsv(data: Uint8Array, dialect: CsvDialect = wireDialect): readonly Row[] {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(data);
  const rows: Row[] = [];
  let row: Cell[] = [];
  let at = 0;
  while (at < text.length) {
    const [cell, end] = text[at] === dialect.quote ? quoted(text, at + 1, dialect) : plain(text, at, dialect);
    row.push(cell);
    at = end + 1;
    if (text[end] === dialect.delimiter) {
      if (at === text.length) throw new Error('the document ends inside a record');
      continue;
    }
    if (text[end] === '\r' && text[at] === '\n') at += 1;
    else if (text[end] !== '\n') throw new Error(`a record does not end at character ${end}`);
    rows.push(row);
    row = [];
  }
  return dialect.header ? rows.slice(1) : rows;
}

function quoted(text: string, start: number, { quote, escape }: CsvDialect): [string, number] {
  let value = '';
  for (let at = start; at < text.length; at++) {
    if (text[at] === escape && text[at + 1] === quote) value += text[++at] ?? '';
    else if (text[at] === quote) return [value, at + 1];
    else value += text[at] ?? '';
  }
  throw new Error('a quote is left open');
}

function plain(text: string, start: number, { delimiter }: CsvDialect): [Cell, number] {
  let end = start;
  while (end < text.length && text[end] !== delimiter && text[end] !== '\n' && text[end] !== '\r') end += 1;
  return [end === start ? null : text.slice(start, end), end];
}

/** Rows of a COPY BINARY document, counted. Throws where it is not whole. */
export function countBinary(data: Buffer): number {
  const signature = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
  if (!data.subarray(0, signature.length).equals(signature)) throw new Error('the document has no signature');
  let at = 19 + data.readInt32BE(15);
  for (let rows = 0; ; rows++) {
    const fields = data.readInt16BE(at);
    at += 2;
    if (fields === -1) {
      if (at !== data.length) throw new Error('bytes follow the end of the document');
      return rows;
    }
    for (let field = 0; field < fields; field++) at += 4 + Math.max(0, data.readInt32BE(at));
  }
}
