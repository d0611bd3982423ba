import type { Context } from '../../sdk/index.ts';
import { quoteText } from '../../sdk/duck-sql.ts';
import { printOf } from './durable.ts';
import type { FileFormat } from './location.ts';
import { RecordCounter } from './records.ts';

/** Rows of a file that we wrote (csv with its header), counted now; zero where there is none. */
export async function countRows(path: string, format: FileFormat, context: Pick<Context, 'duck'>): Promise<number> {
  if (format === 'parquet') {
    await using duck = await context.duck();
    const [row] = await duck.rows(`select sum(num_rows) from parquet_file_metadata(${quoteText(path)})`);
    return Number(row?.[0] ?? 0);
  }
  const counter = new RecordCounter(format);
  await printOf(path, (chunk) => counter.push(chunk));
  const records = counter.whole ? counter.rows : counter.rows + 1;
  return format === 'csv' ? Math.max(0, records - 1) : records;
}
