/** One sheet of a workbook as csv: cells as the file stores them, dates as ISO text. */
import { HeadgateError } from '../../../domain/error.ts';
import type { FileConfig } from '../location.ts';
import { columnAt, csvLine, plainNumber, quoted, serialText, shownAs, unescaped, type Shown } from './cells.ts';
import { bounded } from './unpack.ts';
import { parseXml, readXml, textOf, type Attributes } from './xml.ts';
import type { Archive } from './zip.ts';

export interface Sheet {
  readonly sheet: string;
  /** All there are. */
  readonly sheets: readonly string[];
  readonly rows: AsyncIterable<Buffer>;
}

/** Throws `file.format`, `file.missing` for a sheet that is not there, `file.limit`. */
export async function sheetAsCsv(name: string, archive: Archive, config: FileConfig): Promise<Sheet> {
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
  const context: CellContext = {
    strings: await readStrings(name, part('xl/sharedStrings.xml')),
    shown: await readStyles(name, part('xl/styles.xml')),
    since1904: book.since1904,
  };
  return { sheet, sheets, rows: csvRows(name, rows, context) };
}

type Part = (path: string) => AsyncIterable<string> | undefined;

interface SheetPlace {
  readonly name: string;
  readonly path: string;
}

interface CellContext {
  readonly strings: readonly string[];
  /** By style number. */
  readonly shown: readonly Shown[];
  readonly since1904: boolean;
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

async function readStyles(name: string, xml: AsyncIterable<string> | undefined): Promise<readonly Shown[]> {
  const codes = new Map<string, string>();
  const shown: Shown[] = [];
  let inCells = false;
  await readXml(name, xml, {
    open: (tag, { numFmtId = '0', formatCode = '' }) => {
      if (tag === 'numFmt') codes.set(numFmtId, formatCode);
      else if (tag === 'cellXfs') inCells = true;
      else if (tag === 'xf' && inCells) shown.push(shownAs(Number(numFmtId), codes.get(numFmtId)));
    },
    close: (tag) => {
      if (tag === 'cellXfs') inCells = false;
    },
  });
  return shown;
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
        row[at] = quoted(cellText(cell, value, context));
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

function cellText(
  { t: type = 'n', s: style = '0' }: Attributes,
  value: string,
  { strings, shown, since1904 }: CellContext,
): string {
  switch (type) {
    case 's':
      return strings[Number(value)] ?? '';
    case 'b':
      return value === '1' ? 'true' : 'false';
    case 'n': {
      const as = shown[Number(style)] ?? 'number';
      return as === 'number' ? plainNumber(value) : serialText(value, as, since1904);
    }
    default:
      // Formula results, text in place, errors and ISO dates.
      return unescaped(value);
  }
}
