/** The rows of a review as a file for people: what is left to do, elsewhere. */
import { HeadgateError } from '../../domain/error.ts';
import { csvLine, exportOf, noteOf, withProblems, type Exported, type Row } from '../../review/export.ts';
import {
  comment,
  commentsEnd,
  commentsPath,
  commentsStart,
  drawingEnd,
  drawingPath,
  drawingStart,
  frame,
  mostNotes,
  sheetEnd,
  sheetPath,
  sheetRow,
  sheetStart,
  workbook,
  type NotePlace,
} from '../../review/workbook.ts';
import type { Duck } from '../../sdk/index.ts';
import { zipped, type Member } from '../files/zip.ts';
import type { Ports } from '../operation.ts';
import { lookAside, withReview, type Reviewed } from './open.ts';

export interface Wanted {
  readonly what: 'errors' | 'all';
  readonly format: 'csv' | 'xlsx';
}

/** Rows of a sheet, the names included. */
const mostRows = 1_048_576;

/** Its bytes, as they are wanted. Throws `request.invalid` for more rows than a sheet has. */
export async function exportRows(
  ports: Ports,
  reviewed: Reviewed,
  { what, format }: Wanted,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const { rows, ...table } = await withReview(ports, reviewed, async (review) => {
    const counts = await review.counts();
    const rows = what === 'all' ? counts.rows : counts.invalid;
    return { ...exportOf(review.plan, what), line: withProblems(review.plan), rows };
  });
  if (format === 'xlsx' && rows >= mostRows) {
    throw new HeadgateError('request.invalid', `exporting rows: a sheet has no room for ${rows}`, { hint: 'choose csv' });
  }
  // On a connection of its own: nobody waits for the end of a download.
  const duck = await lookAside(ports, reviewed, signal);
  return format === 'csv' ? asCsv(duck, table) : asWorkbook(duck, table);
}

interface Table extends Exported {
  /** A row of its query as it is written. */
  line(row: Row): Row;
}

async function* asCsv(duck: Duck, { header, sql, line }: Table): AsyncGenerator<Uint8Array> {
  await using open = duck;
  yield Buffer.from(`\u{feff}${csvLine(header)}`);
  for await (const batch of (await open.stream(sql)).batches) yield Buffer.from(batch.map((row) => csvLine(line(row))).join(''));
}

async function* asWorkbook(duck: Duck, { header, sql, notes, line }: Table): AsyncGenerator<Uint8Array> {
  await using open = duck;
  // Named before they are written, and written twice: their number and their places must agree.
  const count = await open.run(`create temp table noted as select * from (${notes}) limit ${mostNotes}`);
  const sheet = async function* (): AsyncGenerator<Buffer> {
    yield Buffer.from(sheetStart + sheetRow(header));
    for await (const batch of (await open.stream(sql)).batches)
      yield Buffer.from(batch.map((row) => sheetRow(line(row))).join(''));
    yield Buffer.from(sheetEnd(count > 0));
  };
  const members = workbook(count > 0).map(([name, text]): Member => ({ name, bytes: [Buffer.from(text)] }));
  const noted = count > 0 ? noteMembers(open, count) : [];
  yield* zipped([...members, { name: sheetPath, bytes: sheet() }, ...noted]);
}

/** What notes say, and the frames that they are shown in. */
function noteMembers(duck: Duck, count: number): readonly Member[] {
  const each = async function* (begin: string, end: string, write: (place: NotePlace, at: number, said: string) => string) {
    yield Buffer.from(begin);
    let at = 0;
    for await (const batch of (await duck.stream('select place, col, m from noted order by place, col')).batches) {
      const written = batch.map(([place = null, column = null, said = null]) =>
        // Below the row of names.
        write({ row: Number(place) + 1, column: Number(column) }, at++, noteOf(said)),
      );
      yield Buffer.from(written.join(''));
    }
    yield Buffer.from(end);
  };
  return [
    { name: commentsPath, bytes: each(commentsStart, commentsEnd, (place, _, said) => comment(place, said)) },
    { name: drawingPath, bytes: each(drawingStart(count), drawingEnd, (place, at) => frame(place, at)) },
  ];
}
