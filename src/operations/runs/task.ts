/** Runs that do something else than the flows of their pipeline. */
import { HeadgateError } from '../../domain/error.ts';
import { newId } from '../../domain/ids.ts';
import type { RunCause, RunTask } from '../../domain/run.ts';
import type { Receipt } from '../../domain/receipt.ts';
import type { Db } from '../../store/db.ts';
import { requirePeriod } from '../../store/limits.ts';
import { insertRun, type RunRow } from '../../store/runs.ts';
import type { OpContext } from '../operation.ts';
import { requirePipeline } from '../pipelines/pipeline.ts';

/**
 * The receipt that a task is about. Throws `request.invalid` where the run wrote several tables and none is named, `object.missing` where
 * it wrote none of that name.
 */
export function chosenReceipt(
  { receipts }: Pick<RunRow, 'receipts'>,
  table: string | undefined,
  counts: (receipt: Receipt) => boolean,
): Receipt {
  if (table !== undefined) {
    const named = receipts.find((one) => one.table === table);
    if (named) return named;
    throw new HeadgateError('object.missing', 'the run has no receipt of such a table');
  }
  const [only, ...others] = receipts.filter(counts);
  if (only && others.length === 0) return only;
  if (!only) throw new HeadgateError('object.conflict', 'the run has nothing of the kind');
  const names = [only, ...others].map((one) => one.table).join(', ');
  throw new HeadgateError('request.invalid', `the run is about several tables: name one of them (${names})`);
}

/** What repairs a table says so; all else is asked for. */
const causeOf = ({ kind }: RunTask): RunCause => (kind === 'replay' || kind === 'undo' ? kind : 'manual');

/** In one transaction with its wake-up and what `more` adds. Throws `object.conflict` for a pipeline that is archived. */
export async function startTask(
  context: OpContext,
  pipeline: string,
  task: RunTask,
  more: (tx: Db, run: RunRow) => Promise<void> = () => Promise.resolve(),
): Promise<RunRow> {
  const { state } = await requirePipeline(context, pipeline);
  if (state === 'archived') throw new HeadgateError('object.conflict', 'the pipeline is archived');
  await requirePeriod(context.db, context.workspace, context.clock.now());
  return await context.db.tx(async (tx) => {
    const row = await insertRun(tx, context.workspace, newId('run'), pipeline, causeOf(task), { task });
    await more(tx, row);
    await context.wake(tx, row.id);
    return row;
  });
}
