/** The worker's side of an undo: the destination goes back, and the receipt says to what. */
import { HeadgateError } from '../../domain/error.ts';
import type { Receipt } from '../../domain/receipt.ts';
import type { TableTask } from '../../domain/run.ts';
import { readStreamName } from '../../engine/streams.ts';
import { canUndo, type Undone } from '../../sdk/index.ts';
import type { RunRow } from '../../store/runs.ts';
import { receiptOf, type TaskWork } from './replay-rows.ts';
import { grouped } from '../../domain/count.ts';

/** Throws what stands in the way; then nothing has changed. An attempt whose end nobody saw is taken for done by the next one. */
export async function undoTable(run: RunRow, task: TableTask, work: TaskWork): Promise<Receipt> {
  const receipt = await receiptOf(task, work);
  const { destination } = work.opened.ends.destination;
  const started = Date.now();
  await using opened = await destination.open(work.context);
  if (!canUndo(opened)) throw new HeadgateError('usage.mode', 'this destination keeps no earlier versions of a table');
  const { fence } = await opened.claim(receipt.pipeline);
  const { pipeline } = receipt;
  const table = readStreamName(task.table, destination.identifiers.defaultNamespace);
  const published = (await opened.ledger(pipeline)).some((one) => one.run === task.of);
  const undone = !published && run.attempt > 1 ? {} : await opened.undo({ pipeline, run: task.of, fence, table });
  return undoReceipt(run, receipt, undone, Date.now() - started);
}

function undoReceipt(run: RunRow, of: Receipt, { rows = 0, positions }: Undone, took: number): Receipt {
  return {
    ...of,
    run: run.id,
    attempt: run.attempt,
    lane: 'pushed down',
    state: 'succeeded',
    read: rows,
    written: rows,
    added: rows,
    changed: 0,
    deduplicated: 0,
    rejected: 0,
    deleted: 0,
    bytes: 0,
    checksums: [],
    from: of.to,
    to: positions?.[of.stream] ?? null,
    token: null,
    guarantee: 'the table and the position are those of before the run, since one transaction',
    evidence: `the version that was kept before ${of.run}: ${grouped(rows)} rows`,
    warnings: [],
    columns: [],
    seconds: Math.round(took / 10) / 100,
  };
}
