/** The rows of a review as a file for people: what is left to do, elsewhere. */
import { HeadgateError } from '../../domain/error.ts';
import { csvLine, exportOf, sheetEnd, sheetPath, sheetRow, sheetStart, workbook } from '../../review/export.ts';
import type { Duck } from '../../sdk/index.ts';
import { zipped } from '../files/zip.ts';
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
  const { header, sql, rows } = await withReview(ports, reviewed, async (review) => {
    const counts = await review.counts();
    return { ...exportOf(review.plan, what), rows: what === 'all' ? counts.rows : counts.invalid };
  });
  if (format === 'xlsx' && rows >= mostRows) {
    throw new HeadgateError('request.invalid', `exporting rows: a sheet has no room for ${rows}`, { hint: 'choose csv' });
  }
  // On a connection of its own: nobody waits for the end of a download.
  const duck = await lookAside(ports, reviewed, signal);
  return format === 'csv' ? asCsv(duck, header, sql) : asWorkbook(duck, header, sql);
}

async function* asCsv(duck: Duck, header: readonly string[], sql: string): AsyncGenerator<Uint8Array> {
  await using open = duck;
  yield Buffer.from(`\u{feff}${csvLine(header)}`);
  for await (const batch of (await open.stream(sql)).batches) yield Buffer.from(batch.map(csvLine).join(''));
}

async function* asWorkbook(duck: Duck, header: readonly string[], sql: string): AsyncGenerator<Uint8Array> {
  await using open = duck;
  const sheet = async function* (): AsyncGenerator<Buffer> {
    yield Buffer.from(sheetStart + sheetRow(header));
    for await (const batch of (await open.stream(sql)).batches) yield Buffer.from(batch.map(sheetRow).join(''));
    yield Buffer.from(sheetEnd);
  };
  const members = workbook.map(([name, text]) => ({ name, bytes: [Buffer.from(text)] }));
  yield* zipped([...members, { name: sheetPath, bytes: sheet() }]);
}
