/**
 * One `read()` over the flows that share a position, to the end or to the first thing that goes wrong: at a checkpoint
 * flush all writers → publish → acknowledge the source (design: nothing lost, nothing twice).
 */
import { setTimeout as wait } from 'node:timers/promises';
import { HeadgateError } from '../domain/error.ts';
import { canonicalJson, type Json } from '../domain/json.ts';
import type { Brake } from '../domain/policy.ts';
import { refName } from '../domain/schema.ts';
import {
  acknowledges,
  type Context,
  type PublishResult,
  type ReadProof,
  type ReadRequest,
  type Source,
  type TablePublish,
} from '../sdk/index.ts';
import type { Cut } from './cut.ts';
import type { Batch, Delivered } from './deliver.ts';
import { publishToken } from './identity.ts';
import { canBeCut, readPartitions, type PartitionJob } from './partitions.ts';
import type { Plan } from './plan.ts';
import type { DestinationHandle } from './publish.ts';
import type { Convert } from './sinks.ts';
import { stage, type Staging } from './stage.ts';

export interface ReaderFlow {
  readonly plan: Plan;
  readonly brake?: Brake;
  /** Who keeps the rows that a publish refuses; asked for each publish. */
  readonly refused?: () => TablePublish['refused'];
  /** `staged` lane only. */
  readonly convert?: Convert;
}

export interface Reader {
  readonly source: Source;
  readonly destination: DestinationHandle;
  readonly context: Context;
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
  readonly cut: Cut;
  /** Milliseconds for which staged rows wait before the first publish. */
  readonly publishAfterMs?: number;
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
      if (publishes.length === 0 && reader.publishAfterMs) {
        await wait(reader.publishAfterMs, undefined, { signal: reader.context.signal });
      }
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
  const tables = [...reader.flows].flatMap(([stream, { plan, brake, ...flow }]) => {
    const staged = delivered.filter((part) => part.stream === stream).map((part) => part.staged);
    const refused = flow.refused?.();
    return staged.length === 0 ? [] : [{ target: plan.target, staged, ...(brake && { brake }), ...(refused && { refused }) }];
  });
  const checksums = delivered.map((part) => part.checksum);
  const { pipeline, run, fence, positionKey, names } = reader;
  const positions = { ...names, [positionKey]: position };
  return reader.destination.publish({ token, pipeline, run, fence, positions, tables, checksums });
}

async function* batches(reader: Reader): AsyncGenerator<Batch> {
  const { source, destination, context, request, moved, cut } = reader;
  const [only, ...others] = request.flows;
  const flow = only && reader.flows.get(refName(only.stream));
  if (!flow || others.length > 0 || request.mode !== 'snapshot' || cut.target < 2 || !canBeCut(source)) {
    let ordinal = 0;
    const write: Staging['write'] = (stream) => {
      const { plan, convert } = flowOf(reader, stream);
      return { request: { ...writeOf(reader, plan), ordinal: (ordinal += 1) }, ...(convert && { convert }) };
    };
    yield* stage({ source, destination: destination.current, context, write, moved }, request);
    return;
  }
  const job = { request, write: writeOf(reader, flow.plan) };
  const { convert } = flow;
  yield* readPartitions({ source, destination: destination.current, context, moved, job, ...(convert && { convert }), ...cut });
}

function writeOf({ pipeline, run, attempt }: Reader, { target, loadFormat }: Plan): PartitionJob['write'] {
  return { target, format: loadFormat, pipeline, attempt: `${run}.${attempt}` };
}

function flowOf({ flows }: Reader, stream: string): ReaderFlow {
  const flow = flows.get(stream);
  if (!flow) throw new Error(`the source sent the stream ${stream}, which nobody asked for`);
  return flow;
}
