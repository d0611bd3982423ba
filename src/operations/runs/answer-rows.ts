/** The first rows of a query, as an output of its run: values as text. */
import { HeadgateError } from '../../domain/error.ts';
import type { StreamRef } from '../../domain/schema.ts';
import { isQuestion, statementsOf } from '../../domain/statements.ts';
import { canExecute } from '../../sdk/index.ts';
import type { AskTask } from '../../domain/run.ts';
import { firstRows } from '../../engine/first-rows.ts';
import type { NewOutput } from '../../store/run-outputs.ts';
import type { Ends } from '../pipelines/ends.ts';
import { loadFlows } from '../pipelines/flows.ts';
import { readyWarehouse } from '../warehouse/warehouse.ts';
import type { TaskWork } from './replay-rows.ts';
import { grouped } from '../../domain/count.ts';

/** Characters of all values. */
const mostSize = 8 * 1024 * 1024;

export async function answerRows({ rows: most }: AskTask, work: TaskWork): Promise<readonly NewOutput[]> {
  const { source, stream } = await queryOf(work);
  // Statements without an answer have none to keep.
  if (!stream) return [];
  const { columns, rows } = await firstRows(source.source, work.context, stream, { rows: most, size: mostSize });
  work.execution.log.info(`the query answered ${grouped(rows.length)} rows that were asked for`);
  const value = { columns: columns.map(({ name }) => name), rows: rows.map((row) => [...row]) };
  return [{ name: stream.name, file_id: null, value }];
}

/**
 * The last statement of the pipeline's one query, when those before it have been run; absent stream = that one is no question either,
 * and has been run. Throws `usage.mode` for a source that takes no query, `access.grant` where statements would write elsewhere.
 */
export async function queryOf(work: TaskWork): Promise<{ readonly source: Ends['source']; readonly stream?: StreamRef }> {
  const { execution, opened, context } = work;
  const { workspace, pipeline, ends } = opened;
  const [loaded] = await loadFlows({ db: execution.db, workspace }, pipeline);
  const query = loaded?.spec.query;
  if (!query || !ends.source.source.pushdown.includes('query')) {
    throw new HeadgateError('usage.mode', 'asking the source: there is no query that it could answer');
  }
  await readyWarehouse(execution, workspace, context);
  const statements = statementsOf(query.sql);
  const last = statements.at(-1);
  const asked = last !== undefined && isQuestion(last) ? last : undefined;
  const before = asked === undefined ? statements : statements.slice(0, -1);
  if (before.length > 0) await runAll(before, work);
  if (asked === undefined) return { source: ends.source };
  return { source: ends.source, stream: { name: query.name, query: asked } };
}

async function runAll(statements: readonly string[], { execution, opened: { ends }, context }: TaskWork): Promise<void> {
  if (ends.source.identity !== ends.destination.identity) {
    throw new HeadgateError('access.grant', 'running statements: the pipeline may only read here');
  }
  await using destination = await ends.destination.destination.open(context);
  if (!canExecute(destination)) throw new HeadgateError('usage.mode', 'running statements: this system takes questions only');
  await destination.execute(statements);
  execution.log.info(`ran ${grouped(statements.length)} statements`);
}
