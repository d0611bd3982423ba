/** All rows of a query as a file of the workspace. */
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ExportTask } from '../../domain/run.ts';
import { withRows, type Batch } from '../../engine/first-rows.ts';
import type { NewOutput } from '../../store/run-outputs.ts';
import { storeFile } from '../files/store.ts';
import { queryOf } from './answer-rows.ts';
import { packed } from './packed.ts';
import type { TaskWork } from './replay-rows.ts';

const delimiters = { comma: ',', tab: '\t', pipe: '|' } as const;

export async function exportRows(task: ExportTask, work: TaskWork): Promise<readonly NewOutput[]> {
  const { execution, opened, context } = work;
  const { source, stream } = await queryOf(work);
  const path = join(context.scratch, 'export');
  let rows = 0;
  await withRows(source.source, context, stream, async (columns, batches) => {
    const lines = async function* (): AsyncGenerator<Buffer> {
      if (task.header) yield Buffer.from(csvText([columns.map(({ name }) => name)], task));
      for await (const batch of batches) {
        execution.signal.throwIfAborted();
        rows += batch.length;
        yield Buffer.from(csvText(batch, task));
      }
    };
    const out = createWriteStream(path);
    await pipeline(packed(lines(), task.compression, `${task.name}.csv`), out, { signal: execution.signal });
  });
  const file = await storeFile(execution, opened, { name: nameOf(task), path });
  execution.log.info(`wrote ${rows.toLocaleString('en')} rows into the file ${nameOf(task)}`, { rows });
  return [{ name: nameOf(task), file_id: file, value: { rows: String(rows) } }];
}

const extensions = { gzip: '.csv.gz', zip: '.csv.zip', none: '.csv' } as const;

const nameOf = ({ name, compression }: ExportTask): string => `${name}${extensions[compression]}`;

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
