/**
 * The thread that reads a workbook of the old kind. Whoever asks gets its sheets first, then the rows of the one that it names, piece by
 * piece. Numbers are the doubles that such files hold, as the shortest text that means them.
 */
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { read, set_cptable, type CellObject, type WorkBook, type WorkSheet } from '@e965/xlsx';
import * as codePages from '@e965/xlsx/dist/cpexcel.full.mjs';
import { csvLine, plainNumber, quoted, serialText, shownAs } from './cells.ts';
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

function textOf({ t: type, v: value, z: format }: CellObject, since1904: boolean): string | undefined {
  if (value === undefined) return undefined;
  if (type === 'b') return value === true ? 'true' : 'false';
  if (type === 'e') return faults[Number(value)] ?? '#N/A';
  if (type !== 'n') return String(value);
  const text = plainNumber(String(value));
  const shown = shownAs(0, typeof format === 'string' ? format : undefined);
  return shown === 'number' ? text : serialText(text, shown, since1904);
}

function* pieces(sheet: WorkSheet | undefined, since1904: boolean): Generator<string> {
  const rows = (sheet?.['!data'] ?? []) as readonly (readonly (CellObject | undefined)[] | undefined)[]; // of the dense form
  let [piece, width] = ['', 0];
  for (const row of rows) {
    const texts = Array.from(row ?? [], (cell) => cell && textOf(cell, since1904));
    if (texts.every((text) => text === undefined)) continue;
    width ||= texts.length;
    piece += csvLine(
      texts.map((text) => (text === undefined ? '' : quoted(text))),
      width,
    );
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

let rows: Generator<string> | undefined;

function answer(question: XlsQuestion): XlsAnswer {
  if (question.ask === 'sheets') return { sheets: open({ bookSheets: true }).SheetNames };
  if (question.ask === 'rows') {
    const { Sheets, SheetNames, Workbook } = open({
      dense: true,
      cellNF: true,
      cellText: false,
      cellFormula: false,
      sheets: question.sheet,
    });
    rows = pieces(Sheets[SheetNames[question.sheet] ?? ''], Workbook?.WBProps?.date1904 === true);
  }
  const next = rows?.next();
  return { piece: next?.done === false ? next.value : null };
}

parentPort?.on('message', (question: XlsQuestion) => {
  try {
    parentPort?.postMessage(answer(question));
  } catch (error) {
    parentPort?.postMessage({ problem: error instanceof Error ? error.message : '' } satisfies XlsAnswer);
  }
});
