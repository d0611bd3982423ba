/** One read of the source, staged at the destination checkpoint by checkpoint. */
import { HeadgateError } from '../domain/error.ts';
import type { Context, Destination, ReadRequest, Source, WriteRequest } from '../sdk/index.ts';
import { deliver, type Batch } from './deliver.ts';
import { DirectSink, StagedSink, type Convert, type Sink } from './sinks.ts';

export interface Staging {
  readonly source: Source;
  readonly destination: Destination;
  readonly context: Context;
  /** Asked whenever a stream needs a new writer. `convert`: staged lane only. */
  write(stream: string): { readonly request: WriteRequest; readonly convert?: Convert };
  moved(stream: string, bytes: number, rows: number): void;
}

export async function* stage(of: Staging, request: ReadRequest): AsyncGenerator<Batch> {
  let started = false;
  const open = async (stream: string): Promise<Sink> => {
    if (!started) await of.context.failpoint('engine.first-bytes');
    started = true;
    return await openSink(of, stream);
  };
  const always = request.mode === 'snapshot' ? request.flows.map((flow) => flow.stream) : [];
  yield* deliver({ events: of.source.read(request), open, always, moved: of.moved });
}

async function openSink({ destination, context, write }: Staging, stream: string): Promise<Sink> {
  const { request, convert } = write(stream);
  const writer = await destination.open(request);
  if (!convert) return new DirectSink(writer);
  return new StagedSink(writer, convert, { format: request.format, part: `${context.scratch}/part-${request.ordinal}` });
}

/** The one batch of a read that has no checkpoint before its end. */
export async function stageWhole(of: Staging, request: ReadRequest): Promise<Batch> {
  for await (const batch of stage(of, request)) if (batch.proof) return batch;
  throw new HeadgateError('read.incomplete', 'a partition ended before its last row');
}
