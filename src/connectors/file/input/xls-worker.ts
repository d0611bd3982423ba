/**
 * The thread that reads a workbook of the old kind. Whoever asks gets its sheets first, then the rows of the one that it names, piece by
 * piece. Numbers are the doubles that such files hold, as the shortest text that means them.
 */
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { read, set_cptable, type CellObject, type WorkBook, type WorkSheet } from '@e965/xlsx';
import * as codePages from '@e965/xlsx/dist/cpexcel.full.mjs';
import { cellWriter, general, styled, type CellWriter, type Display, type Styled } from './cell-writer.ts';
import { csvLine } from './cells.ts';
import type { XlsAnswer, XlsQuestion } from './xls.ts';

// Texts of before 1997 are in the code page of their country.
set_cptable(codePages);

const { path } = workerData as { readonly path: string };
const pieceLength = 1 << 20;

/** As people see them in the cell. */
const faults: Readonly<Record<number, string>> = {
  0: '#NULL!',
  7: '#DIV/0!',
  15: '#VALUE!',
  23: '#REF!',
  29: '#NAME?',
  36: '#NUM!',
  42: '#N/A',
};

const open = (more: object): WorkBook => read(readFileSync(path), { type: 'buffer', ...more });

/** The library calls the format of days by an old name of its own; four digits of the year are what programs show for it. */
const codeOf = (format: string): string => format.replace(/^m\/d\/yy(?!y)/, 'm/d/yyyy');

type Style = (format: unknown) => Styled;

/** A workbook has few formats, and each of its cells names one. */
function stylesOf(display: Display | undefined): Style {
  const known = new Map<string, Styled>();
  return (format) => {
    if (typeof format !== 'string') return general;
    const style = known.get(format) ?? styled(0, codeOf(format), display);
    known.set(format, style);
    return style;
  };
}

function cellOf(at: number, { t: type, v: value, z: format }: CellObject, writer: CellWriter, style: Style): string | undefined {
  if (value === undefined) return undefined;
  if (type === 'b') return writer.flag(at, value === true);
  if (type === 'e') return writer.text(at, faults[Number(value)] ?? '#N/A');
  return type === 'n' ? writer.number(at, String(value), style(format)) : writer.text(at, String(value));
}

function* pieces(sheet: WorkSheet | undefined, writer: CellWriter, style: Style): Generator<string> {
  const rows = (sheet?.['!data'] ?? []) as readonly (readonly (CellObject | undefined)[] | undefined)[]; // of the dense form
  let [piece, width] = ['', 0];
  for (const row of rows) {
    const cells = Array.from(row ?? [], (cell, at) => cell && cellOf(at, cell, writer, style));
    if (cells.every((cell) => cell === undefined)) continue;
    width ||= cells.length;
    piece += csvLine(cells, width);
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

let rows: Generator<string> | undefined;
let shows: CellWriter['shows'] = () => [];

async function answer(question: XlsQuestion): Promise<XlsAnswer> {
  if (question.ask === 'sheets') return { sheets: open({ bookSheets: true }).SheetNames };
  if (question.ask === 'rows') {
    const { Sheets, SheetNames, Workbook } = open({
      dense: true,
      cellNF: true,
      cellText: false,
      cellFormula: false,
      sheets: question.sheet,
    });
    const display = question.seen && (await import('./display.ts'));
    const writer = cellWriter(question.seen, display, Workbook?.WBProps?.date1904 === true);
    rows = pieces(Sheets[SheetNames[question.sheet] ?? ''], writer, stylesOf(display));
    shows = writer.shows;
  }
  const next = rows?.next();
  return { piece: next?.done === false ? next.value : null, shows: shows() };
}

async function reply(question: XlsQuestion): Promise<void> {
  try {
    parentPort?.postMessage(await answer(question));
  } catch (error) {
    parentPort?.postMessage({ problem: error instanceof Error ? error.message : '' } satisfies XlsAnswer);
  }
}

parentPort?.on('message', (question: XlsQuestion) => void reply(question));
