/** What an attempt's end means for its run, and for those that wait for it. */
import type { Clock } from '../domain/clock.ts';
import { newId } from '../domain/ids.ts';
import { outcomeOf, remembered } from '../domain/outcome.ts';
import { retryDelay, retrySpec, type RetryPolicy } from '../domain/retry.ts';
import type { RunState } from '../domain/run.ts';
import type { Db, OpenDb } from '../store/db.ts';
import { freshen } from '../store/freshness.ts';
import { endRun, waitingRuns, type ClaimedRun, type Limits, type RunEnd } from '../store/leases.ts';
import { wantForward } from '../store/forwards.ts';
import { addUsage } from '../store/limits.ts';
import { dependentsOf, grantRestart } from '../store/pipelines.ts';
import { closeReviews, insertRun, lastReceipts } from '../store/runs.ts';
import { wake } from './queue.ts';
import { settleRange } from './settle-range.ts';
import { tellEnd } from './tell.ts';

/** A person has this long to decide about deletes that are held. */
const reviewMs = 7 * 86_400_000;

/** A failed attempt is repeated where that may help; a held one waits for a person. Pure. */
export function settled(end: RunEnd, policy: RetryPolicy, failures: number, now: Date, random: number): RunEnd {
  if (end.state === 'needs_review') return { ...end, reviewUntil: new Date(now.getTime() + reviewMs) };
  if (end.state !== 'failed') return end;
  const delay = retryDelay(policy, failures + 1, errorsOf(end), random);
  if (delay === undefined) return { ...end, failures: failures + 1 };
  return { ...end, state: 'retrying', failures: failures + 1, retryAt: new Date(now.getTime() + delay) };
}

function errorsOf({ receipts, error }: RunEnd): readonly string[] {
  const own = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return [
    ...(typeof own === 'string' ? [own] : []),
    ...receipts.flatMap((receipt) => (receipt.error ? [receipt.error.code] : [])),
  ];
}

/** The end of a run and the start of those that depend on it stand or fall together. Resolves to the state that it came to. */
export async function settle(db: OpenDb, run: ClaimedRun, end: RunEnd, by: { clock: Clock; limits: Limits }): Promise<RunState> {
  const now = by.clock.now();
  const result = settled(end, retrySpec.parse(run.retry), run.failures, now, Math.random());
  const mine = await db.tx(async (tx) => {
    const meaning =
      result.state === 'succeeded' ? { outcome: outcomeOf(end.receipts, await lastReceipts(tx, run, remembered)) } : {};
    if (!(await endRun(tx, run.id, run.fence, { ...result, ...meaning }))) return false;
    await settleRange(tx, run, result, now);
    await addUsage(tx, Number(run.workspace_id), now, { rows: rowsOf(run, result) });
    await wantForward(tx, run, result.receipts, now);
    await tellEnd(tx, { ...run, ...result }, now);
    if (!run.task) await freshen(tx, { ...run, ...result }, run.started_at ?? run.queued_at);
    if (result.state === 'succeeded') await grantRestart(tx, run);
    if (result.state === 'succeeded' && run.task?.kind !== 'undo') await startDependents(tx, run, now);
    if (result.state === 'succeeded' || result.state === 'needs_review') await closeReviews(tx, run);
    return true;
  });
  // One run's end makes room for one in its pipeline and one at each of its connections. What is missed here is found later.
  if (mine) await wake(db, ...(await waitingRuns(db, { now, limits: by.limits }, 3, run.workspace_id)));
  return result.state;
}

/** Written by this attempt: the receipts of flows that an earlier one has finished are handed on as they are. */
function rowsOf(run: ClaimedRun, { receipts }: RunEnd): number {
  return receipts.filter((receipt) => !run.receipts.includes(receipt)).reduce((all, { written }) => all + written, 0);
}

async function startDependents(tx: Db, run: ClaimedRun, now: Date): Promise<void> {
  const started: string[] = [];
  for (const pipeline of await dependentsOf(tx, Number(run.workspace_id), run.pipeline_id)) {
    const tick = { due_at: now, span_from: run.span_from, span_to: run.span_to };
    started.push((await insertRun(tx, Number(run.workspace_id), newId('run'), pipeline, 'after', tick)).id);
  }
  await wake(tx, ...started);
}
