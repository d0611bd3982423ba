/** A run of a pipeline from its stored flows to its receipts: what a worker does with a run that it owns. */
import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { asHeadgateError, HeadgateError } from '../../domain/error.ts';
import { flowSpecs, type FlowSpec } from '../../domain/pipeline.ts';
import type { Receipt } from '../../domain/receipt.ts';
import { refName } from '../../domain/schema.ts';
import { buildFlow } from '../../engine/build-flow.ts';
import { createContext } from '../../engine/context.ts';
import type { Flow, Session } from '../../engine/flow.ts';
import { flowRequest, wantedStream } from '../../engine/pipeline-flow.ts';
import { rejectsFileOf } from '../../engine/rejects-file.ts';
import { runFlow } from '../../engine/run.ts';
import { discoverStreams } from '../../engine/streams.ts';
import { requireDistinct, targetOf } from '../../engine/targets.ts';
import type { Connection, Context, Log } from '../../sdk/index.ts';
import { findConnection } from '../../store/connections.ts';
import { pipelinesWithoutRight } from '../../store/grants.ts';
import { findPipeline } from '../../store/pipelines.ts';
import type { RunEnd } from '../../store/leases.ts';
import type { RunRow } from '../../store/runs.ts';
import { configured } from '../connections/connection.ts';
import { outward, outwardError } from '../connections/outward.ts';
import { requireStorage } from '../limits/storage.ts';
import { roomOf, type Room } from '../room.ts';
import type { Ports } from '../operation.ts';
import { lineOf } from './lines.ts';

/** Tables of this size or more are read in partitions. */
const partitionBytes = 256 * 1024 * 1024;

export interface Execution extends Ports {
  readonly signal: AbortSignal;
  readonly log: Log;
  /** When its connections may be used again; undefined = now. */
  closedUntil?(): Promise<Date | undefined>;
  /** Most readers that they bear. */
  readonly readers?: number | undefined;
}

/**
 * Never throws for what is wrong with the pipeline: the end says it. Streams fail alone, and what an earlier attempt of this run
 * has brought to its end is not done again.
 */
export async function executeRun(run: RunRow, execution: Execution): Promise<RunEnd> {
  const receipts: Receipt[] = [];
  const done = (flow: Flow): Receipt | undefined =>
    run.receipts.find(
      ({ state, stream, table }) =>
        state === 'succeeded' && stream === refName(flow.stream.stream) && table === refName(flow.into),
    );
  try {
    await requireAllowed(run, execution);
    const room = roomOf(execution, Number(run.workspace_id));
    await mkdir(room.stateDir, { recursive: true });
    // Open until the end: what is found out about files stays true as long as they are held.
    await using context = await createContext({ ...room, signal: execution.signal, log: execution.log });
    const { flows, session } = await prepare(run, execution, room, context);
    for (const flow of flows) {
      execution.signal.throwIfAborted();
      const until = receipts.length === 0 ? undefined : await execution.closedUntil?.();
      if (until) return { state: 'retrying', receipts, error: null, retryAt: until };
      const earlier = done(flow);
      const receipt = earlier ?? told(await runFlow(flow, session));
      receipts.push(receipt);
      if (!earlier) tell(execution.log, receipt);
    }
    return { state: stateOf(receipts, execution.signal), receipts, error: receipts.find(({ error }) => error)?.error ?? null };
  } catch (error) {
    const { code, message, hint } = asHeadgateError(outwardError(error), 'running the pipeline');
    execution.log.warn(message, { code });
    const cancelled = execution.signal.aborted || code === 'run.cancelled';
    return { state: cancelled ? 'cancelled' : 'failed', receipts, error: { code, message, hint } };
  }
}

/** Throws `access.grant`, `limit.reached`. */
async function requireAllowed({ workspace_id, pipeline_id }: RunRow, execution: Execution): Promise<void> {
  const workspace = Number(workspace_id);
  if ((await pipelinesWithoutRight(execution.db, workspace, pipeline_id)).length > 0) {
    throw new HeadgateError('access.grant', 'the owner of the pipeline may no longer use its connections');
  }
  await requireStorage(execution, workspace);
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

async function prepare(
  run: RunRow,
  execution: Execution,
  room: Room,
  context: Context,
): Promise<{ readonly flows: readonly Flow[]; readonly session: Session }> {
  const { db, signal, log } = execution;
  const workspace = Number(run.workspace_id);
  const pipeline = await findPipeline(db, workspace, run.pipeline_id);
  if (!pipeline) throw new HeadgateError('object.missing', 'the pipeline of this run is gone');
  const side = async (id: string): Promise<Connection> => {
    const row = await findConnection(db, workspace, id);
    if (!row) throw new HeadgateError('object.missing', 'a connection of this pipeline is gone');
    return await configured({ ...execution, workspace }, row);
  };
  const [source, destination] = [await side(pipeline.source_id), await side(pipeline.destination_id)];
  const session: Session = {
    source,
    destination,
    ...room,
    parallel: Math.min(availableParallelism(), 4, execution.readers ?? Infinity),
    partitionBytes,
    signal,
    log: withoutStacks(log),
    onProgress: () => undefined,
    run: { id: run.id, attempt: run.attempt },
  };
  const flows: Flow[] = [];
  for (const spec of flowSpecs.parse(pipeline.flows)) {
    const allowed = { ...spec, allow_delete: spec.allow_delete || run.allow_delete };
    flows.push(...(await flowsOf(allowed, session, context, join(room.stateDir, run.id))));
  }
  return { flows, session };
}

/** A stack ends with the words of drivers, which may be anything: they are for whoever runs the engine by hand. */
function withoutStacks(log: Log): Log {
  const without = (fields: Parameters<Log['info']>[1]): Parameters<Log['info']>[1] =>
    fields && Object.fromEntries(Object.entries(fields).filter(([name]) => name !== 'stack'));
  return {
    info: (message, fields) => log.info(message, without(fields)),
    warn: (message, fields) => log.warn(message, without(fields)),
  };
}

/** One spec may name several streams with a pattern. Throws what is wrong with it before anything is read. */
async function flowsOf(
  spec: FlowSpec,
  { source, destination }: Session,
  context: Context,
  rejects: string,
): Promise<readonly Flow[]> {
  if (!source.source || !destination.destination) {
    throw new HeadgateError('usage.mode', 'these connections cannot be a source and a destination');
  }
  const wanted = wantedStream(spec, source.source.defaultNamespace);
  const streams = await discoverStreams(source.source, context, [wanted]);
  const sides = {
    sourceNamespace: source.source.defaultNamespace,
    identifiers: destination.destination.identifiers,
    single: false,
  };
  const targets = streams.map((info) => ({ info, stream: info.stream, into: targetOf(info.stream, spec.into, sides) }));
  requireDistinct(targets, sides);
  return targets.map(({ info, into }) => buildFlow(flowRequest(spec, rejectsFileOf(`${rejects}.rejects.csv`, into)), info, into));
}
