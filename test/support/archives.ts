/** Zip archives and workbooks for tests, written byte by byte: also ones that no honest program writes. */
import { crc32, deflateRawSync } from 'node:zlib';

export interface Lies {
  /** What the archive says instead of the true checksum, or the true size. */
  readonly sum?: number;
  readonly size?: number;
}

export function zip(members: Readonly<Record<string, string | Uint8Array>>, lies: Lies = {}): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(members)) {
    const data = Buffer.from(content);
    const packed = deflateRawSync(data);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(0x0800, 2);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(lies.sum ?? crc32(data), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(lies.size ?? data.length, 18);
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    const body = Buffer.concat([Buffer.from('504b0304', 'hex'), fields, Buffer.from(name), packed]);
    directory.push(Buffer.concat([Buffer.from('504b01021400', 'hex'), fields, place, Buffer.from(name)]));
    bodies.push(body);
    offset += body.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('504b0506', 'hex');
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, entries, end]);
}

/** Text, a stored number with the number of its style, a boolean, or no cell. Style 1 shows a date, 2 date and time; the workbook's own follow. */
export type Cell = string | { readonly n: string; readonly style?: number } | { readonly b: boolean } | undefined;

export interface Workbook {
  readonly sheets: Readonly<Record<string, readonly (readonly Cell[])[]>>;
  readonly since1904?: boolean;
  /** Codes of number formats, for the styles from 3 on. */
  readonly formats?: readonly string[];
}

const xml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

export function workbook({ sheets, since1904 = false, formats = [] }: Workbook): Buffer {
  const strings: string[] = [];
  const cell = (value: Cell, reference: string): string => {
    if (value === undefined) return '';
    if (typeof value === 'string') return `<c r="${reference}" t="s"><v>${strings.push(value) - 1}</v></c>`;
    if ('b' in value) return `<c r="${reference}" t="b"><v>${value.b ? 1 : 0}</v></c>`;
    return `<c r="${reference}" s="${value.style ?? 0}"><v>${value.n}</v></c>`;
  };
  const names = Object.keys(sheets);
  const pages = Object.values(sheets).map((rows) => {
    const lines = rows.map((row, at) => {
      const cells = row.map((value, column) => cell(value, `${String.fromCharCode(65 + column)}${at + 1}`));
      return `<row r="${at + 1}">${cells.join('')}</row>`;
    });
    return `<worksheet><sheetData>${lines.join('')}</sheetData></worksheet>`;
  });
  const list = names.map((name, at) => `<sheet name="${xml(name)}" sheetId="${at + 1}" r:id="r${at + 1}"/>`);
  const targets = names.map((_, at) => `<Relationship Id="r${at + 1}" Target="worksheets/sheet${at + 1}.xml"/>`);
  const texts = strings.map((text) => `<si><t xml:space="preserve">${xml(text)}</t></si>`);
  const codes = ['dd/mm/yyyy hh:mm', ...formats];
  const numbers = codes.map((code, at) => `<numFmt numFmtId="${164 + at}" formatCode="${xml(code)}"/>`);
  const styles = codes.map((_, at) => `<xf numFmtId="${164 + at}"/>`);
  return zip({
    '[Content_Types].xml': '<Types/>',
    'xl/workbook.xml': `<workbook xmlns:r="r"><workbookPr date1904="${since1904 ? 1 : 0}"/><sheets>${list.join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships>${targets.join('')}</Relationships>`,
    'xl/styles.xml':
      `<styleSheet><numFmts>${numbers.join('')}</numFmts>` +
      `<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/>${styles.join('')}</cellXfs></styleSheet>`,
    'xl/sharedStrings.xml': `<sst>${texts.join('')}</sst>`,
    ...Object.fromEntries(pages.map((page, at) => [`xl/worksheets/sheet${at + 1}.xml`, page])),
  });
}
