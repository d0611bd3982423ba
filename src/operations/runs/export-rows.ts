/** All rows of a query as a file of the workspace. */
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ExportTask } from '../../domain/run.ts';
import { withRows, type Batch } from '../../engine/first-rows.ts';
import type { NewOutput } from '../../store/run-outputs.ts';
import { storeFile } from '../files/store.ts';
import { queryOf } from './answer-rows.ts';
import { packed } from './packed.ts';
import type { TaskWork } from './replay-rows.ts';
import { grouped } from '../../domain/count.ts';

const delimiters = { comma: ',', tab: '\t', pipe: '|' } as const;

export async function exportRows(task: ExportTask, work: TaskWork): Promise<readonly NewOutput[]> {
  const { source, stream } = await queryOf(work);
  // Statements without an answer make no file.
  if (!stream) return [];
  const outputs: NewOutput[] = [];
  await withRows(source.source, work.context, stream, async (columns, batches) => {
    const names = columns.map(({ name }) => name);
    const pieces = new Pieces(batches, task, names);
    do outputs.push(await writePiece(pieces, task, work, outputs.length));
    while (!pieces.done);
  });
  return outputs;
}

/** One file of the answer: all of it, unless the task says how long one may be. */
async function writePiece(
  pieces: Pieces,
  task: ExportTask,
  { execution, opened, context }: TaskWork,
  at: number,
): Promise<NewOutput> {
  const path = join(context.scratch, `export-${at}`);
  const name = nameOf(task, task.most === undefined ? '' : `_${at}`);
  const rows = pieces.rows;
  const bytes = packed(pieces.next(execution.signal), task.compression, name.replace(/\.(?:gz|zip)$/, ''));
  await pipeline(bytes, createWriteStream(path), { signal: execution.signal });
  const file = await storeFile(execution, opened, { name, path });
  await rm(path);
  const written = pieces.rows - rows;
  execution.log.info(`wrote ${grouped(written)} rows into the file ${name}`, { rows: written });
  return { name, file_id: file, value: { rows: String(written), columns: [...pieces.columns] } };
}

/** The lines of an answer, cut where the next batch would make a file too long. */
class Pieces {
  rows = 0;
  readonly columns: readonly string[];
  readonly #task: ExportTask;
  readonly #batches: AsyncIterator<Batch>;
  #ahead: IteratorResult<Batch> | undefined;

  constructor(batches: AsyncIterable<Batch>, task: ExportTask, columns: readonly string[]) {
    this.#batches = batches[Symbol.asyncIterator]();
    this.#task = task;
    this.columns = columns;
  }

  get done(): boolean {
    return this.#ahead?.done === true;
  }

  async *next(signal: AbortSignal): AsyncGenerator<Buffer> {
    const { header, most = Infinity } = this.#task;
    if (header) yield Buffer.from(csvText([this.columns], this.#task));
    let size = 0;
    this.#ahead ??= await this.#batches.next();
    while (!this.#ahead.done && size < most) {
      signal.throwIfAborted();
      const lines = Buffer.from(csvText(this.#ahead.value, this.#task));
      this.rows += this.#ahead.value.length;
      size += lines.length;
      yield lines;
      this.#ahead = await this.#batches.next();
    }
  }
}

const extensions = { gzip: '.csv.gz', zip: '.csv.zip', none: '.csv' } as const;

const nameOf = ({ name, compression }: ExportTask, part: string): string => `${name}${part}${extensions[compression]}`;

/** NULL is nothing, the empty text is `""`. Pure. */
export function csvText(rows: Batch, { delimiter, quoted }: Pick<ExportTask, 'delimiter' | 'quoted'>): string {
  const mark = delimiters[delimiter];
  const special = new RegExp(`["\\r\\n${mark === '|' ? '\\|' : mark}]`);
  const cell = (value: string | null): string => {
    if (value === null) return '';
    if (!quoted || (value !== '' && !special.test(value))) return value;
    return `"${value.replaceAll('"', '""')}"`;
  };
  return rows.map((row) => `${row.map(cell).join(mark)}\n`).join('');
}
