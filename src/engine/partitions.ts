/** A large stream in partitions of one snapshot, staged side by side and joined to one batch. */
import { HeadgateError } from '../domain/error.ts';
import type { Json } from '../domain/json.ts';
import { triesAgain, type Partition, type Spread, type Spreading, type StagePartition } from '../domain/partition.ts';
import { refName } from '../domain/schema.ts';
import {
  hasSnapshots,
  isPartitionable,
  sharesStages,
  type Log,
  type Partitionable,
  type ReadRequest,
  type Snapshots,
  type Source,
  type WriteRequest,
} from '../sdk/index.ts';
import type { Batch } from './deliver.ts';
import { Gate } from './gate.ts';
import type { Convert } from './sinks.ts';
import { stage, stageWhole, type Staging } from './stage.ts';

/** All that a process needs to know to stage a partition: plain data. */
export interface PartitionJob {
  /** One stream, at the moment of a snapshot. */
  readonly request: ReadRequest;
  readonly write: Omit<WriteRequest, 'ordinal'>;
}

/** What the partitions of a read are staged with in this process. */
export interface PartitionedRead extends Omit<Staging, 'write'> {
  readonly source: Source & Snapshots & Partitionable;
  readonly job: PartitionJob;
  readonly convert?: Convert;
  /** Into how many the table is cut; fewer where it is small. */
  readonly target: number;
  /** At the same time, in this process. */
  readonly places: number;
  /** Absent = nobody else takes part. */
  readonly spreading?: Spreading<PartitionJob, Batch>;
}

export const canBeCut = (source: Source): source is Source & Snapshots & Partitionable =>
  hasSnapshots(source) && isPartitionable(source);

/** What one partition leaves behind, in whatever process. */
export async function stagePartition(
  { request, write }: PartitionJob,
  { number, range }: Partition,
  of: Omit<Staging, 'write'> & { readonly convert?: Convert },
): Promise<Batch> {
  const sink = { request: { ...write, ordinal: number }, ...(of.convert && { convert: of.convert }) };
  const batch = await stageWhole({ ...of, write: () => sink }, { ...request, partition: range });
  await of.context.failpoint('engine.partition-staged');
  return batch;
}

/** The whole stream, under one snapshot. Where it is cut, nothing of the source is held any more when the batch comes. */
export async function* readPartitions(of: PartitionedRead): AsyncGenerator<Batch> {
  const { source, job, convert } = of;
  const [flow] = job.request.flows;
  if (!flow) throw new Error('a read is of a stream');
  let batch: Batch;
  {
    await using snapshot = await source.openSnapshot();
    const request = { ...job.request, snapshot: snapshot.id };
    const ranges = await source.partition(flow, snapshot.id, of.target);
    if (ranges.length < 2) {
      const sink = { request: { ...job.write, ordinal: 1 }, ...(convert && { convert }) };
      yield* stage({ ...of, write: () => sink }, request);
      return;
    }
    batch = await stageAll(of, refName(flow.stream), request, ranges);
  }
  yield batch;
}

async function stageAll(of: PartitionedRead, stream: string, request: ReadRequest, ranges: readonly Json[]): Promise<Batch> {
  const { destination, context, spreading } = of;
  const shared = sharesStages(destination);
  const job: PartitionJob = { request, write: { ...of.job.write, ...(shared && { once: true }) } };
  if (shared) await destination.prepare(job.write);
  const others = shared ? spreading : undefined;
  await using spread = await (others ? others.open(job, ranges) : inProcess(ranges, context.log));
  if (others) {
    const partitions = ranges.length;
    context.log.info(`${stream} is read in ${partitions} partitions, by all workers that are free`, { partitions });
    await context.failpoint('engine.partitions-opened');
  }
  return await joined(of, stream, job, spread);
}

async function joined(of: PartitionedRead, stream: string, job: PartitionJob, spread: Spread<Batch>): Promise<Batch> {
  const here = new Set<number>();
  const stageHere: StagePartition<Batch> = async (partition, signal) => {
    const moved: Staging['moved'] = (...counts) => {
      signal.throwIfAborted();
      of.moved(...counts);
    };
    const batch = await stagePartition(job, partition, { ...of, moved });
    here.add(partition.number);
    return batch;
  };
  const staged = await spread.join(stageHere, of.places);
  for (const [at, { result }] of staged.entries()) {
    // What others moved counts as well.
    if (!here.has(at + 1)) for (const { staged: part } of result.delivered) of.moved(stream, part.bytes, 0);
  }
  const workers = new Set(staged.map(({ by }) => by)).size;
  if (of.spreading) of.context.log.info(`${stream}: ${staged.length} partitions were staged, workers: ${workers}`, { workers });
  return joinBatches(
    stream,
    staged.map(({ result }) => result),
    workers,
  );
}

/** Pure. */
export function joinBatches(stream: string, batches: readonly Batch[], workers: number): Batch {
  const rows = batches.reduce((sum, { proof }) => sum + (proof?.rows?.[stream] ?? 0), 0);
  const [first] = batches;
  const warnings = [...new Set(batches.flatMap(({ proof }) => proof?.warnings ?? []))];
  const by = workers > 1 ? `, staged by ${workers} workers` : '';
  return {
    position: first?.position ?? null,
    delivered: batches.flatMap(({ delivered }) => delivered),
    proof: {
      rows: { [stream]: rows },
      evidence: `${rows} rows in ${batches.length} partitions of one snapshot${by}`,
      guarantee: first?.proof?.guarantee ?? '',
      warnings,
    },
  };
}

/** Nobody else takes part. */
function inProcess(ranges: readonly Json[], log: Log): Spread<Batch> {
  return {
    async join(work, places) {
      const failure = new AbortController();
      const gate = new Gate(places);
      const reads = ranges.map(async (range, at) => {
        try {
          return await repeated({ number: at + 1, range }, { work, gate, log, signal: failure.signal });
        } catch (error) {
          failure.abort(error);
          throw error;
        }
      });
      // The first failure is told once every reader has let go of what it held.
      const ended = await Promise.allSettled(reads);
      failure.signal.throwIfAborted();
      return ended.flatMap((read) => (read.status === 'fulfilled' ? [{ result: read.value, by: '' }] : []));
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

interface Attempts {
  readonly work: StagePartition<Batch>;
  readonly gate: Gate;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** A partition that is lost is read again: the snapshot still shows the same moment, and what it staged is gone. */
async function repeated(partition: Partition, { work, gate, log, signal }: Attempts): Promise<Batch> {
  for (let failures = 1; ; failures++) {
    try {
      return await gate.enter(async () => {
        signal.throwIfAborted();
        return await work(partition, signal);
      });
    } catch (error) {
      if (signal.aborted || !(error instanceof HeadgateError) || !triesAgain(error, failures)) throw error;
      log.warn('a partition was lost and is read again', { attempt: failures });
    }
  }
}
