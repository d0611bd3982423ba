/**
 * A `csv` document as the values of an INSERT or as the lines of a LOAD DATA. Pure. Bytes are handled as latin1 texts, one
 * character per byte, so that UTF-8 passes as it is.
 */
import { HeadgateError } from '../../domain/error.ts';
import type { LogicalType } from '../../domain/types.ts';

export interface LoadColumn {
  readonly name: string;
  readonly type: LogicalType;
  readonly native: string;
}

/** How values are written: as SQL literals, or as tab-separated lines with backslashes. */
export type Style = 'values' | 'lines';

type Write = (text: string) => string;

const sqlText: Write = (text) => `'${text.includes("'") ? text.replaceAll("'", "''") : text}'`;
const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r', '\0': '\\0' };
const lineText: Write = (text) =>
  /[\\\t\n\r\0]/.test(text) ? text.replace(/[\\\t\n\r\0]/g, (found) => escapes[found] ?? found) : text;

/** Whole numbers are the only values that the server would round without a word. */
function whole(write: Write, doing: string, name: string): Write {
  return (text) => {
    if (!/^[+-]?\d+$/.test(text))
      throw new HeadgateError('value.invalid', `${doing}: a value does not fit its column (column ${name})`);
    return write(text);
  };
}

/** What turns a column's wire text into what the server reads. */
function writer({ name, type, native }: LoadColumn, style: Style, doing: string): Write {
  const text = style === 'values' ? sqlText : lineText;
  const integral = /^(?:tinyint|smallint|mediumint|int|bigint|bit|year)\b/.test(native);
  if (/^bit\b/.test(native) || (integral && type.kind === 'boolean')) {
    return (value) => (value.startsWith('t') ? '1' : value.startsWith('f') ? '0' : whole(String, doing, name)(value));
  }
  // A one-digit text would be a year of this century; four digits are what they say.
  if (/^year\b/.test(native)) return whole((value) => text(value.padStart(4, '0')), doing, name);
  if (integral) return whole(text, doing, name);
  // The shortest text of the greatest float lies above it, and the server looks at the text.
  if (/^float\b/.test(native)) return (value) => text(value.replace(/^(-?)3\.4028235(?=e\+?38$)/i, '$13.4028234'));
  switch (type.kind) {
    case 'bytes':
      return (value) => (style === 'values' ? `x'${value.slice(2)}'` : value.slice(2));
    case 'timestamp':
      return type.zone ? (value) => text(value.endsWith('+00') ? value.slice(0, -3) : value) : text;
    default:
      return text;
  }
}

/** What LOAD DATA has to make of a column's text in `variable`; undefined = the column takes it as it is. */
export function loaded({ type, native }: LoadColumn, variable: string): string | undefined {
  if (type.kind === 'bytes') return `unhex(${variable})`;
  // A text would be taken for the bits of its characters.
  return /^bit\b/.test(native) ? `cast(${variable} as unsigned)` : undefined;
}

export class LoadText {
  readonly #writers: readonly Write[];
  readonly #style: Style;
  readonly #doing: string;
  #rest = '';
  rows = 0;

  constructor(columns: readonly LoadColumn[], style: Style, doing: string) {
    this.#writers = columns.map((column) => writer(column, style, doing));
    this.#style = style;
    this.#doing = doing;
  }

  /** The rows that are whole now, each as `(…)` or as a line with its end. */
  push(chunk: Uint8Array): readonly string[] {
    this.#rest += Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
    const rows: string[] = [];
    let at = 0;
    for (;;) {
      const cells: (string | null)[] = [];
      const end = record(this.#rest, at, cells);
      if (end < 0) break;
      rows.push(this.#row(cells));
      at = end;
    }
    this.#rest = this.#rest.slice(at);
    return rows;
  }

  /** Throws `read.incomplete` for a document that ends inside a record. */
  end(): void {
    if (this.#rest !== '') throw new HeadgateError('read.incomplete', `${this.#doing}: the rows end in the middle of one`);
  }

  #row(cells: readonly (string | null)[]): string {
    if (cells.length !== this.#writers.length)
      throw new HeadgateError(
        'file.format',
        `${this.#doing}: a row has ${cells.length} values instead of ${this.#writers.length}`,
      );
    this.rows += 1;
    const missing = this.#style === 'values' ? 'null' : '\\N';
    const values = cells.map((cell, index) => (cell === null ? missing : (this.#writers[index]?.(cell) ?? missing)));
    return this.#style === 'values' ? `(${values.join(',')})` : `${values.join('\t')}\n`;
  }
}

/** Reads the record at `at` into `cells`. Answers where the next one begins; -1 where its end is not there yet. */
function record(text: string, at: number, cells: (string | null)[]): number {
  for (let from = at; ;) {
    if (from >= text.length) return -1;
    if (text[from] === '"') {
      const end = closing(text, from + 1);
      if (end < 0 || end + 1 >= text.length) return -1;
      const value = text.slice(from + 1, end);
      cells.push(value.includes('"') ? value.replaceAll('""', '"') : value);
      from = end + 1;
    } else {
      let end = from;
      while (end < text.length && text[end] !== ',' && text[end] !== '\n') end += 1;
      if (end === text.length) return -1;
      cells.push(end === from ? null : text.slice(from, end));
      from = end;
    }
    if (text[from] === '\n') return from + 1;
    from += 1;
    if (from >= text.length) return -1;
  }
}

/** Where the quote that closes a value stands; -1 where it is not there yet. */
function closing(text: string, from: number): number {
  for (let at = from; ;) {
    const found = text.indexOf('"', at);
    if (found < 0 || found + 1 >= text.length) return -1;
    if (text[found + 1] !== '"') return found;
    at = found + 2;
  }
}
