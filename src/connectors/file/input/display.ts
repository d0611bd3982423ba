/** What people see in a cell that holds a number: its format applied, in English (US) where the format leaves the language open. Pure. */
import { format } from 'numfmt';
import { plainNumber, type Shown } from './cells.ts';

/** Formats that every spreadsheet program has, by their numbers. */
const builtIn: Readonly<Record<number, string>> = {
  1: '0',
  2: '0.00',
  3: '#,##0',
  4: '#,##0.00',
  5: '$#,##0_);($#,##0)',
  6: '$#,##0_);($#,##0)',
  7: '$#,##0.00_);($#,##0.00)',
  8: '$#,##0.00_);($#,##0.00)',
  9: '0%',
  10: '0.00%',
  11: '0.00E+00',
  12: '# ?/?',
  13: '# ??/??',
  14: 'm/d/yyyy',
  15: 'd-mmm-yy',
  16: 'd-mmm',
  17: 'mmm-yy',
  18: 'h:mm AM/PM',
  19: 'h:mm:ss AM/PM',
  20: 'h:mm',
  21: 'h:mm:ss',
  22: 'm/d/yyyy h:mm',
  37: '#,##0_);(#,##0)',
  38: '#,##0_);(#,##0)',
  39: '#,##0.00_);(#,##0.00)',
  40: '#,##0.00_);(#,##0.00)',
  41: '_(* #,##0_);_(* (#,##0);_(* "-"_);_(@_)',
  42: '_($* #,##0_);_($* (#,##0);_($* "-"_);_(@_)',
  43: '_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)',
  44: '_($* #,##0.00_);_($* (#,##0.00);_($* "-"??_);_(@_)',
  45: 'mm:ss',
  46: '[h]:mm:ss',
  47: 'mm:ss.0',
  48: '##0.0E+0',
};

/** Dates and times of East Asian programs, as others show them. */
const byKind: Readonly<Record<Shown, string | undefined>> = {
  number: undefined,
  date: 'm/d/yyyy',
  time: 'h:mm:ss',
  timestamp: 'm/d/yyyy h:mm',
};

export interface CellFormat {
  readonly as: Shown;
  /** Absent = numbers as they are. */
  readonly code?: string;
}

/** No program writes longer ones, and each is gone through for every cell. */
const longestCode = 1000;

/** `own` = the workbook's own format of that number. */
export function cellFormat(id: number, own: string | undefined, as: Shown): CellFormat {
  const code = own ?? builtIn[id] ?? byKind[as];
  if (code === undefined || code.length > longestCode || /^(?:general|@)$/i.test(code)) return { as };
  // Of money it names a symbol: what stands between the digits is up to the reader's own system.
  const plain = as === 'number' ? code.replaceAll(/\[\$([^\]-]*)-[^\]]*\]/g, (_, symbol: string) => `"${symbol}"`) : code;
  return { as, code: plain };
}

/** Digits that spreadsheet programs keep. */
const kept = 15;
const daysTo1904 = 1462;
/** Wider ones, such as those of a fill, are no texts that anybody reads. */
const longestShown = 255;

/**
 * Undefined where that is the number as it is stored, or nothing: what a format hides is not lost. Whole numbers with more digits than
 * spreadsheet programs keep are numbers of something, and stay whole. The double is the one that the program itself computes with.
 */
export function displayed(stored: string, { as, code }: CellFormat, since1904: boolean): string | undefined {
  const text = plainNumber(stored);
  const digits = text.replace(/^[-+]?[0.]*/, '').replace('.', '').length;
  if (!/^[-+]?\d+(?:\.\d*)?$/.test(text) || (digits > kept && !text.includes('.'))) return undefined;
  const value = Number(text);
  if (code === undefined) return digits > kept ? plainNumber(value.toExponential(kept - 1)) : undefined;
  // Days before the first are shown as a row of `#`.
  if (as !== 'number' && value < 0) return undefined;
  const serial = since1904 && (as === 'date' || as === 'timestamp') ? value + daysTo1904 : value;
  try {
    // Blanks at the ends are room for what other rows show there.
    const shown = format(code, serial).trim();
    return shown === '' || shown.length > longestShown ? undefined : shown;
  } catch {
    return undefined;
  }
}
