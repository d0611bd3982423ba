/**
 * One `read()` over the flows that share a position, to the end or to the first thing that goes wrong: at a checkpoint
 * flush all writers → publish → acknowledge the source (design: nothing lost, nothing twice).
 */
import { HeadgateError } from '../domain/error.ts';
import { canonicalJson, type Json } from '../domain/json.ts';
import type { Brake } from '../domain/policy.ts';
import { refName } from '../domain/schema.ts';
import {
  acknowledges,
  hasSnapshots,
  isPartitionable,
  type Context,
  type PublishResult,
  type ReadProof,
  type ReadRequest,
  type Source,
} from '../sdk/index.ts';
import { deliver, type Batch, type Delivered } from './deliver.ts';
import type { Gate } from './gate.ts';
import { publishToken } from './identity.ts';
import type { Plan } from './plan.ts';
import type { DestinationHandle } from './publish.ts';
import type { Convert, Sink } from './sinks.ts';
import { DirectSink, StagedSink } from './sinks.ts';

export interface ReaderFlow {
  readonly plan: Plan;
  readonly brake?: Brake;
  /** `staged` lane only. */
  readonly convert?: Convert;
}

export interface Reader {
  readonly source: Source;
  readonly destination: DestinationHandle;
  readonly context: Context;
  readonly gate: Gate;
  readonly pipeline: string;
  readonly run: string;
  readonly attempt: number;
  /** What a publish may happen once in: tokens are made of it and the position before. */
  readonly tokenScope: string;
  readonly fence: number;
  /** Key of the shared position in the ledger. */
  readonly positionKey: string;
  /** What else the next run must find beside the position: the names of the columns. */
  readonly names: Readonly<Record<string, Json>>;
  /** By stream name, as `refName` gives it. */
  readonly flows: ReadonlyMap<string, ReaderFlow>;
  readonly request: ReadRequest;
  /** Partitions per table where the source can cut it; 1 = do not. */
  readonly partitions: number;
  moved(stream: string, bytes: number, rows: number): void;
  publishing(): void;
}

/** What happened, added up over all publishes of the read. */
export interface ReadOutcome {
  readonly publishes: readonly PublishResult[];
  readonly delivered: readonly Delivered[];
  readonly proof: ReadProof;
  readonly position: Json;
  /** The token of the last publish; absent where nothing had to be published. */
  readonly token?: string;
}

/** How often a partition is read again under its snapshot before the run fails with it. */
const partitionTries = 3;

export async function runReader(reader: Reader): Promise<ReadOutcome> {
  const publishes: PublishResult[] = [];
  const delivered: Delivered[] = [];
  let waiting: Delivered[] = [];
  let from = reader.request.from;
  let token: string | undefined;
  for await (const batch of batches(reader)) {
    waiting.push(...batch.delivered);
    delivered.push(...batch.delivered);
    if (batch.proof) requireComplete(batch.proof, delivered);
    if (!batch.proof && !publishesEarly(reader)) continue;
    await reader.context.failpoint('engine.staged');
    // A source that found nothing new answers the position it was given: an idle run leaves the ledger as it is.
    if (waiting.length > 0 || canonicalJson(from ?? null) !== canonicalJson(batch.position)) {
      token = publishToken(reader.pipeline, reader.tokenScope, from);
      reader.publishing();
      const result = await publishBatch(reader, token, batch.position, waiting);
      publishes.push(result);
      if (result.status === 'held') return { publishes, delivered, proof: requireProof(batch.proof), position: from ?? null };
      await reader.context.failpoint('engine.published');
    }
    if (acknowledges(reader.source)) {
      await reader.source.acknowledge(batch.position);
      await reader.context.failpoint('engine.acknowledged');
    }
    from = batch.position;
    waiting = [];
    if (batch.proof)
      return { publishes, delivered, proof: batch.proof, position: batch.position, ...(token !== undefined && { token }) };
  }
  throw new HeadgateError('read.incomplete', 'the source stopped sending before it said that it was at the end');
}

/** Replace and mirror show nothing before they have everything; the others may publish at every checkpoint. */
function publishesEarly({ flows }: Reader): boolean {
  return [...flows.values()].every(({ plan }) => plan.target.policy.mode === 'append' || plan.target.policy.mode === 'merge');
}

function requireProof(proof: ReadProof | undefined): ReadProof {
  return proof ?? { evidence: 'held before the end of the read', guarantee: '', warnings: [] };
}

/** The source's own count against what the destination took: the end of a stream alone proves nothing. */
function requireComplete(proof: ReadProof, delivered: readonly Delivered[]): void {
  for (const [stream, rows] of Object.entries(proof.rows ?? {})) {
    const arrived = delivered
      .filter((part) => part.stream === stream)
      .reduce((sum, part) => sum + part.staged.rows + part.rejected, 0);
    if (arrived !== rows) {
      throw new HeadgateError(
        'read.incomplete',
        `stream ${stream}: the source sent ${rows} rows, the destination took ${arrived}; nothing was published`,
      );
    }
  }
}

function publishBatch(reader: Reader, token: string, position: Json, delivered: readonly Delivered[]): Promise<PublishResult> {
  const tables = [...reader.flows].flatMap(([stream, { plan, brake }]) => {
    const staged = delivered.filter((part) => part.stream === stream).map((part) => part.staged);
    return staged.length === 0 ? [] : [{ target: plan.target, staged, ...(brake && { brake }) }];
  });
  const checksums = delivered.map((part) => part.checksum);
  const { pipeline, run, fence, positionKey, names } = reader;
  const positions = { ...names, [positionKey]: position };
  return reader.destination.publish({ token, pipeline, run, fence, positions, tables, checksums });
}

async function* batches(reader: Reader): AsyncGenerator<Batch> {
  const [only, ...others] = reader.request.flows;
  const whole = reader.request.mode !== 'snapshot' || others.length > 0 || reader.partitions < 2;
  if (whole || !only || !hasSnapshots(reader.source) || !isPartitionable(reader.source)) {
    yield* read(reader, reader.request, ordinals());
    return;
  }
  await using snapshot = await reader.source.openSnapshot();
  const partitions = await reader.source.partition(only, snapshot.id, reader.partitions);
  if (partitions.length < 2) {
    yield* read(reader, { ...reader.request, snapshot: snapshot.id }, ordinals());
    return;
  }
  const next = ordinals();
  const requests = partitions.map((partition) => ({ ...reader.request, snapshot: snapshot.id, partition }));
  yield joinPartitions(refName(only.stream), await readAll(reader, requests, next));
}

/** All partitions, or the first failure once every reader has let go of what it held. */
async function readAll(reader: Reader, requests: readonly ReadRequest[], next: Ordinals): Promise<readonly Batch[]> {
  const failure = new AbortController();
  const watched: Reader = {
    ...reader,
    moved: (stream, bytes, rows) => {
      failure.signal.throwIfAborted();
      reader.moved(stream, bytes, rows);
    },
  };
  const reads = requests.map(async (request) => {
    try {
      return await readPartition(watched, request, next, failure.signal);
    } catch (error) {
      failure.abort(error);
      throw error;
    }
  });
  const ended = await Promise.allSettled(reads);
  failure.signal.throwIfAborted();
  return ended.flatMap((read) => (read.status === 'fulfilled' ? [read.value] : []));
}

type Ordinals = () => number;

function ordinals(): Ordinals {
  let last = 0;
  return () => (last += 1);
}

/** A partition that is lost is read again: the snapshot still shows the same moment, and what it staged is gone. */
async function readPartition(reader: Reader, request: ReadRequest, next: Ordinals, failed: AbortSignal): Promise<Batch> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await reader.gate.enter(async () => {
        failed.throwIfAborted();
        for await (const batch of read(reader, request, next)) if (batch.proof) return batch;
        throw new HeadgateError('read.incomplete', 'a partition ended before its last row');
      });
    } catch (error) {
      const again = error instanceof HeadgateError && error.retry === 'later' && error.code !== 'run.cancelled';
      if (!again || attempt === partitionTries || failed.aborted || reader.context.signal.aborted) throw error;
      reader.context.log.warn('a partition was lost and is read again', { attempt });
    }
  }
}

function joinPartitions(stream: string, parts: readonly Batch[]): Batch {
  const rows = parts.reduce((sum, { proof }) => sum + (proof?.rows?.[stream] ?? 0), 0);
  const first = parts[0];
  const warnings = [...new Set(parts.flatMap(({ proof }) => proof?.warnings ?? []))];
  return {
    position: first?.position ?? null,
    delivered: parts.flatMap((part) => part.delivered),
    proof: {
      rows: { [stream]: rows },
      evidence: `${rows} rows in ${parts.length} partitions of one snapshot`,
      guarantee: first?.proof?.guarantee ?? '',
      warnings,
    },
  };
}

async function* read(reader: Reader, request: ReadRequest, next: Ordinals): AsyncGenerator<Batch> {
  let started = false;
  const open = async (stream: string): Promise<Sink> => {
    if (!started) await reader.context.failpoint('engine.first-bytes');
    started = true;
    return openSink(reader, stream, next());
  };
  const always = request.mode === 'snapshot' ? request.flows.map((flow) => flow.stream) : [];
  yield* deliver({ events: reader.source.read(request), open, always, moved: reader.moved });
}

async function openSink(reader: Reader, stream: string, ordinal: number): Promise<Sink> {
  const flow = reader.flows.get(stream);
  if (!flow) throw new Error(`the source sent the stream ${stream}, which nobody asked for`);
  const { plan, convert } = flow;
  const attempt = `${reader.run}.${reader.attempt}`;
  const writer = await reader.destination.current.open({
    target: plan.target,
    format: plan.loadFormat,
    pipeline: reader.pipeline,
    attempt,
    ordinal,
  });
  if (!convert) return new DirectSink(writer);
  const { scratch } = reader.context;
  return new StagedSink(writer, convert, { format: plan.loadFormat, part: `${scratch}/part-${ordinal}` });
}
