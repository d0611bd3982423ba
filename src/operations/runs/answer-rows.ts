/** The first rows of a query, as an output of its run: values as text. */
import { HeadgateError } from '../../domain/error.ts';
import type { StreamRef } from '../../domain/schema.ts';
import type { AskTask } from '../../domain/run.ts';
import { firstRows } from '../../engine/first-rows.ts';
import type { NewOutput } from '../../store/run-outputs.ts';
import type { Ends } from '../pipelines/ends.ts';
import { loadFlows } from '../pipelines/flows.ts';
import { readyWarehouse } from '../warehouse/warehouse.ts';
import type { TaskWork } from './replay-rows.ts';

/** Characters of all values. */
const mostSize = 8 * 1024 * 1024;

export async function answerRows({ rows: most }: AskTask, work: TaskWork): Promise<readonly NewOutput[]> {
  const { source, stream } = await queryOf(work);
  const { columns, rows } = await firstRows(source.source, work.context, stream, { rows: most, size: mostSize });
  work.execution.log.info(`the query answered ${rows.length.toLocaleString('en')} rows that were asked for`);
  const value = { columns: columns.map(({ name }) => name), rows: rows.map((row) => [...row]) };
  return [{ name: stream.name, file_id: null, value }];
}

/** The one query of the pipeline. Throws `usage.mode` for a source that takes none. */
export async function queryOf({
  execution,
  opened,
  context,
}: TaskWork): Promise<{ readonly source: Ends['source']; readonly stream: StreamRef }> {
  const { workspace, pipeline, ends } = opened;
  const [loaded] = await loadFlows({ db: execution.db, workspace }, pipeline);
  const query = loaded?.spec.query;
  if (!query || !ends.source.source.pushdown.includes('query')) {
    throw new HeadgateError('usage.mode', 'asking the source: there is no query that it could answer');
  }
  await readyWarehouse(execution, workspace, context);
  return { source: ends.source, stream: { name: query.name, query: query.sql } };
}
