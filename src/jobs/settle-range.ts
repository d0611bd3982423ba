/** What the end of a run means for its range, and who is at fault. In the transaction that ends the run. */
import { blame } from '../domain/fault.ts';
import { rangePolicy } from '../domain/range.ts';
import type { Db } from '../store/db.ts';
import { clearFaults, readersOf, setFaults } from '../store/faults.ts';
import { pairOf } from '../store/pipelines.ts';
import { advanceRange, findRange } from '../store/ranges.ts';
import type { RunEnd } from '../store/leases.ts';
import type { RunRow } from '../store/runs.ts';

export async function settleRange(tx: Db, run: RunRow, end: RunEnd, now: Date): Promise<void> {
  if (end.state !== 'succeeded' && end.state !== 'failed') return;
  const workspace = Number(run.workspace_id);
  const range = await findRange(tx, workspace, run.pipeline_id);
  if (!range) return;
  const { model } = rangePolicy.parse(range.policy);
  const pair = await pairOf(tx, workspace, run.pipeline_id);
  const source = pair ? [pair.source_id] : [];
  if (end.state === 'succeeded') {
    await advanceRange(tx, workspace, run.id);
    await clearFaults(tx, workspace, [run.pipeline_id, ...source, ...(model === undefined ? [] : [model])]);
    return;
  }
  const { code, message, side } = causeOf(end);
  const blamed = blame(code, side);
  const also = blamed === 'model' && model !== undefined ? [model] : [];
  // What stops one pipeline at its connection stops all that read from there.
  const others = blamed === 'connection' ? [...source, ...(await readers(tx, workspace, source))] : [];
  await setFaults(tx, workspace, [...new Set([run.pipeline_id, ...also, ...others])], { code, message, at: now });
}

async function readers(tx: Db, workspace: number, [source]: readonly string[]): Promise<readonly string[]> {
  return source === undefined ? [] : await readersOf(tx, workspace, source);
}

interface Cause {
  readonly code: string;
  readonly message: string;
  readonly side?: string;
}

/** A run that failed says why: as a whole, or in one of its receipts. */
function causeOf({ error, receipts }: RunEnd): Cause {
  const own = isCause(error) ? error : receipts.find((receipt) => receipt.error)?.error;
  return own ?? { code: 'internal.unexpected', message: 'the run failed' };
}

const isCause = (error: unknown): error is Cause =>
  typeof error === 'object' &&
  error !== null &&
  'code' in error &&
  typeof error.code === 'string' &&
  'message' in error &&
  typeof error.message === 'string';
