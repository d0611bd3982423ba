/** One sheet of a workbook as csv: cells as the file stores them, dates as ISO text, or as people see them. */
import { HeadgateError } from '../../../domain/error.ts';
import type { FileConfig } from '../location.ts';
import { cellWriter, general, styled, type CellWriter, type Display, type Seen, type Styled } from './cell-writer.ts';
import { columnAt, csvLine, unescaped } from './cells.ts';
import { bounded } from './unpack.ts';
import { parseXml, readXml, textOf, type Attributes } from './xml.ts';
import type { Archive } from './zip.ts';

export interface Sheet {
  readonly sheet: string;
  /** All there are. */
  readonly sheets: readonly string[];
  readonly rows: AsyncIterable<Buffer>;
  /** Columns with a cell that may show something else than it holds; known when all rows have been read. */
  readonly shows: () => readonly number[];
}

/** Throws `file.format`, `file.missing` for a sheet that is not there, `file.limit`. */
export async function sheetAsCsv(name: string, archive: Archive, config: FileConfig, seen?: Seen): Promise<Sheet> {
  const part = (path: string): AsyncIterable<string> | undefined => {
    const member = archive.members.find(({ fileName }) => fileName === path);
    return member && textOf(bounded(name, archive.read(member), config, member.compressedSize));
  };
  const book = await readBook(name, part);
  const sheets = book.sheets.map((sheet) => sheet.name);
  const chosen = chooseSheet(name, sheets, config.sheet);
  const sheet = sheets[chosen] ?? '';
  const rows = part(book.sheets[chosen]?.path ?? '');
  if (!rows) throw new HeadgateError('file.format', `reading ${name}: the sheet ${JSON.stringify(sheet)} is not in it`);
  const display = seen && (await import('./display.ts'));
  const context: CellContext = {
    strings: await readStrings(name, part('xl/sharedStrings.xml')),
    styles: await readStyles(name, part('xl/styles.xml'), display),
    writer: cellWriter(seen, display, book.since1904),
  };
  return { sheet, sheets, rows: csvRows(name, rows, context), shows: context.writer.shows };
}

type Part = (path: string) => AsyncIterable<string> | undefined;

interface SheetPlace {
  readonly name: string;
  readonly path: string;
}

interface CellContext {
  readonly strings: readonly string[];
  /** By their numbers. */
  readonly styles: readonly Styled[];
  readonly writer: CellWriter;
}

async function readBook(
  name: string,
  part: Part,
): Promise<{ readonly sheets: readonly SheetPlace[]; readonly since1904: boolean }> {
  const targets = new Map<string, string>();
  await readXml(name, part('xl/_rels/workbook.xml.rels'), {
    open: (tag, { Id = '', Target = '' }) => {
      if (tag === 'Relationship') targets.set(Id, Target.startsWith('/') ? Target.slice(1) : `xl/${Target}`);
    },
  });
  const sheets: SheetPlace[] = [];
  let since1904 = false;
  await readXml(name, part('xl/workbook.xml'), {
    open: (tag, attributes) => {
      if (tag === 'workbookPr') since1904 = ['1', 'true'].includes(attributes['date1904'] ?? '');
      if (tag === 'sheet') {
        sheets.push({ name: attributes['name'] ?? '', path: targets.get(attributes['r:id'] ?? '') ?? '' });
      }
    },
  });
  return { sheets, since1904 };
}

/** The place of the one with that name, or else with that number from 1; the first where nothing is asked for. */
export function chooseSheet(name: string, sheets: readonly string[], wanted = '1'): number {
  const named = sheets.indexOf(wanted);
  const found = named < 0 && /^\d+$/.test(wanted) ? Number(wanted) - 1 : named;
  if (sheets[found] !== undefined) return found;
  throw new HeadgateError('file.missing', `reading ${name}: it has no sheet ${JSON.stringify(wanted)}`, {
    hint: `its sheets are: ${sheets.join(', ')}`,
  });
}

async function readStrings(name: string, xml: AsyncIterable<string> | undefined): Promise<readonly string[]> {
  const strings: string[] = [];
  let value = '';
  let inText = false;
  // Readings of Japanese names stand beside the name.
  let aside = false;
  await readXml(name, xml, {
    open: (tag) => {
      if (tag === 'si') value = '';
      else if (tag === 'rPh') aside = true;
      else if (tag === 't') inText = !aside;
    },
    text: (more) => {
      if (inText) value += more;
    },
    close: (tag) => {
      if (tag === 'si') strings.push(unescaped(value));
      else if (tag === 'rPh') aside = false;
      else if (tag === 't') inText = false;
    },
  });
  return strings;
}

async function readStyles(
  name: string,
  xml: AsyncIterable<string> | undefined,
  display: Display | undefined,
): Promise<readonly Styled[]> {
  const codes = new Map<string, string>();
  const styles: Styled[] = [];
  let inCells = false;
  await readXml(name, xml, {
    open: (tag, { numFmtId = '0', formatCode = '' }) => {
      if (tag === 'numFmt') codes.set(numFmtId, formatCode);
      else if (tag === 'cellXfs') inCells = true;
      else if (tag === 'xf' && inCells) styles.push(styled(Number(numFmtId), codes.get(numFmtId), display));
    },
    close: (tag) => {
      if (tag === 'cellXfs') inCells = false;
    },
  });
  return styles;
}

/** The last column of a sheet is XFD. */
const mostColumns = 16_384;

/** Rows without a value are left out; short ones are filled up to the width of the first. */
async function* csvRows(name: string, xml: AsyncIterable<string>, context: CellContext): AsyncGenerator<Buffer> {
  let lines: string[] = [];
  let row: string[] = [];
  let cell: Attributes = {};
  let value: string | undefined;
  let inValue = false;
  let width = 0;
  const parsing = parseXml(name, xml, {
    open: (tag, attributes) => {
      if (tag === 'row') row = [];
      else if (tag === 'c') [cell, value] = [attributes, undefined];
      else if (tag === 'v' || tag === 't') inValue = true;
      if (inValue) value ??= '';
    },
    text: (more) => {
      if (inValue) value += more;
    },
    close: (tag) => {
      if (tag === 'v' || tag === 't') inValue = false;
      else if (tag === 'c' && value !== undefined) {
        const named = columnAt(cell['r'] ?? '');
        const at = named < 0 ? row.length : named;
        if (at >= mostColumns) throw new HeadgateError('file.format', `reading ${name}: a cell lies where no sheet has a column`);
        row[at] = cellOf(at, cell, value, context);
      } else if (tag === 'row' && row.length > 0) {
        width ||= row.length;
        lines.push(csvLine(row, width));
      }
    },
  });
  for await (const _piece of parsing) {
    yield Buffer.from(lines.join(''));
    lines = [];
  }
}

function cellOf(
  at: number,
  { t: type = 'n', s: style = '0' }: Attributes,
  value: string,
  { strings, styles, writer }: CellContext,
): string {
  switch (type) {
    case 's':
      return writer.text(at, strings[Number(value)] ?? '');
    case 'b':
      return writer.flag(at, value === '1');
    case 'n':
      return writer.number(at, value, styles[Number(style)] ?? general);
    default:
      // Formula results, text in place, errors and ISO dates.
      return writer.text(at, unescaped(value));
  }
}
