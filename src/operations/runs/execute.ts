/** A run from its stored flows, or its task, to its receipts: what a worker does with a run that it owns. */
import { join } from 'node:path';
import { asHeadgateError, HeadgateError } from '../../domain/error.ts';
import type { Receipt } from '../../domain/receipt.ts';
import { refName, type StreamInfo } from '../../domain/schema.ts';
import { createContext } from '../../engine/context.ts';
import type { Flow } from '../../engine/flow.ts';
import { rowsOf } from '../../engine/row-count.ts';
import { runFlow } from '../../engine/run.ts';
import type { Context, Log } from '../../sdk/index.ts';
import { pipelinesWithoutRight } from '../../store/grants.ts';
import type { RunEnd } from '../../store/leases.ts';
import type { RunRow } from '../../store/runs.ts';
import { outward, outwardError } from '../connections/outward.ts';
import { requireStorage } from '../limits/storage.ts';
import { flowsOf, loadFlows, type SourcedFlow } from '../pipelines/flows.ts';
import { filterOf, openRange } from '../ranges/open.ts';
import { openRun, type Execution, type Opened } from './session.ts';
import { doTask } from './do-task.ts';
import { lineOf } from './lines.ts';

/**
 * Never throws for what is wrong with the pipeline: the end says it. Streams fail alone, and what an earlier attempt of this run
 * has brought to its end is not done again.
 */
export async function executeRun(run: RunRow, execution: Execution): Promise<RunEnd> {
  const receipts: Receipt[] = [];
  try {
    await requireAllowed(run, execution);
    const opened = await openRun(run, execution);
    // Open until the end: what is found out about files stays true as long as they are held.
    await using context = await createContext({ ...opened.room, signal: execution.signal, log: execution.log });
    for await (const made of receiptsOf(run, execution, opened, context)) {
      if ('until' in made) return { state: 'retrying', receipts, error: null, retryAt: made.until };
      const { known } = made;
      const receipt = withoutPlaces(made.receipt, execution.dataDir);
      receipts.push(receipt);
      if (!known) tell(execution.log, receipt);
    }
    return { state: stateOf(receipts, execution.signal), receipts, error: receipts.find(({ error }) => error)?.error ?? null };
  } catch (error) {
    const { code, message: said, hint, side } = asHeadgateError(outwardError(error), 'running the pipeline');
    const message = withoutFolders(said, execution.dataDir);
    execution.log.warn(message, { code });
    const cancelled = execution.signal.aborted || code === 'run.cancelled';
    return { state: cancelled ? 'cancelled' : 'failed', receipts, error: { code, message, hint, ...(side && { side }) } };
  }
}

/** A receipt, which an earlier attempt may have made; or the time from which the connections may be used again. */
type Made = { readonly receipt: Receipt; readonly known?: boolean } | { readonly until: Date };

async function* receiptsOf(run: RunRow, execution: Execution, opened: Opened, context: Context): AsyncGenerator<Made> {
  const { task } = run;
  if (task) {
    const receipt = await doTask(run, task, { execution, opened, context });
    if (receipt) yield { receipt: told(receipt) };
    return;
  }
  const range = await openRange(execution, run);
  if (range?.range.empty) {
    execution.log.info('the range of this run is empty: everything up to its end was read before');
    return;
  }
  const flows: SourcedFlow[] = [];
  // The one place outside of users' folders where the engine's statements may write.
  const rejects = (at: number): string => join(context.scratch, `${flows.length + at}.rejects.csv`);
  for (const loaded of await loadFlows({ db: execution.db, workspace: opened.workspace }, opened.pipeline)) {
    const spec = { ...loaded.spec, allow_delete: loaded.spec.allow_delete || run.allow_delete };
    const { source } = opened.ends.source;
    const filter = range && (async (info: StreamInfo) => await filterOf(range, source, context, info));
    flows.push(...(await flowsOf({ ...loaded, spec }, opened.ends, context, rejects, filter)));
  }
  let failed = false;
  for (const [at, { flow, source, spec }] of flows.entries()) {
    execution.signal.throwIfAborted();
    if (failed && spec.after_failure === 'skip') {
      execution.log.warn(`${refName(flow.stream.stream)}: left out, since a flow before it has failed`);
      continue;
    }
    const until = at === 0 ? undefined : await execution.closedUntil?.();
    if (until) {
      yield { until };
      return;
    }
    const earlier = earlierReceipt(run, flow);
    const receipt = earlier ?? told(await runVerified({ flow, source, spec }, opened, context));
    failed ||= receipt.state === 'failed';
    yield { receipt, known: earlier !== undefined };
  }
}

/** What was published stays, and the run fails where its rows are not those of the source. */
async function runVerified({ flow, source, spec }: SourcedFlow, { session, ends }: Opened, context: Context): Promise<Receipt> {
  const receipt = await runFlow(flow, { ...session, source });
  if (spec.verify !== 'counts' || receipt.state !== 'succeeded') return receipt;
  const destination = ends.destination.source;
  if (!destination) throw new HeadgateError('usage.mode', 'counting rows: the destination cannot be read');
  try {
    const [from, into] = [
      await rowsOf(source.source, context, flow.stream.stream),
      await rowsOf(destination, context, flow.into),
    ];
    if (from === into) return receipt;
    throw new HeadgateError('verify.rows', `counting rows: ${receipt.stream} has ${from}, ${receipt.table} has ${into}`);
  } catch (error) {
    const { code, message, hint } = asHeadgateError(error, 'counting rows');
    return { ...receipt, state: 'failed', error: { code, message, hint } };
  }
}

function earlierReceipt({ receipts }: RunRow, flow: Flow): Receipt | undefined {
  const [ofStream, ofTable] = [refName(flow.stream.stream), refName(flow.into)];
  return receipts.find(({ state, stream, table }) => state === 'succeeded' && stream === ofStream && table === ofTable);
}

/** Throws `access.grant`, `limit.reached`. */
async function requireAllowed({ workspace_id, pipeline_id }: RunRow, execution: Execution): Promise<void> {
  const workspace = Number(workspace_id);
  if ((await pipelinesWithoutRight(execution.db, workspace, pipeline_id)).length > 0) {
    throw new HeadgateError('access.grant', 'the owner of the pipeline may no longer use its connections');
  }
  await requireStorage(execution, workspace);
}

function withoutPlaces(receipt: Receipt, dataDir: string): Receipt {
  const { error } = receipt;
  return error ? { ...receipt, error: { ...error, message: withoutFolders(error.message, dataDir) } } : receipt;
}

/** Where our own files lie is nobody's business: their names are enough. Pure. */
export function withoutFolders(message: string, dataDir: string): string {
  return message
    .split(`${dataDir}/`)
    .map((part, at) => (at === 0 ? part : part.replace(/^(?:[^\s/:()]+\/)+/, '')))
    .join('');
}

function told(receipt: Receipt): Receipt {
  return receipt.error ? { ...receipt, error: outward(receipt.error) } : receipt;
}

function stateOf(receipts: readonly Receipt[], signal: AbortSignal): RunEnd['state'] {
  if (signal.aborted) return 'cancelled';
  if (receipts.some(({ state }) => state === 'failed' || state === 'cancelled')) return 'failed';
  return receipts.some(({ state }) => state === 'needs_review') ? 'needs_review' : 'succeeded';
}

function tell(log: Log, receipt: Receipt): void {
  const { stream, read, written, rejected, deleted, seconds, error } = receipt;
  const counts = { read, written, rejected, deleted, seconds };
  if (error) log.warn(`${stream}: ${error.message}`, { ...counts, code: error.code });
  else log.info(lineOf(receipt), counts);
}
