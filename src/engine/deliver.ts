/** Moves the events of one read into writers and says, checkpoint by checkpoint, what is staged. */
import type { Json } from '../domain/json.ts';
import { refName, type StreamRef } from '../domain/schema.ts';
import type { ReadProof, SourceEvent } from '../sdk/index.ts';
import type { Finished, Sink } from './sinks.ts';

export interface Delivered extends Finished {
  readonly stream: string;
}

/** Everything before `position`, staged and durable at the destination, not yet visible. */
export interface Batch {
  readonly position: Json;
  readonly proof?: ReadProof;
  readonly delivered: readonly Delivered[];
}

export interface Delivery {
  readonly events: AsyncIterable<SourceEvent>;
  open(stream: string): Promise<Sink>;
  /** Streams that must be staged even when nothing came: an empty snapshot is a result. */
  readonly always: readonly StreamRef[];
  moved(stream: string, bytes: number, rows: number): void;
}

export async function* deliver({ events, open, always, moved }: Delivery): AsyncGenerator<Batch> {
  const sinks = new Map<string, Sink>();
  const sinkOf = async (stream: StreamRef): Promise<Sink> => {
    const name = refName(stream);
    const sink = sinks.get(name) ?? (await open(name));
    sinks.set(name, sink);
    return sink;
  };
  try {
    for await (const event of events) {
      if (event.type === 'checkpoint') {
        if (event.proof) for (const stream of always) await sinkOf(stream);
        const delivered: Delivered[] = [];
        for (const [stream, sink] of sinks) delivered.push({ stream, ...(await sink.finish()) });
        for (const sink of sinks.values()) await sink[Symbol.asyncDispose]();
        sinks.clear();
        yield { position: event.position, delivered, ...(event.proof && { proof: event.proof }) };
        continue;
      }
      const sink = await sinkOf(event.stream);
      const size = event.type === 'bytes' ? event.data.byteLength : event.file.size;
      if (event.type === 'bytes') await sink.push(event.data);
      else await sink.file(event.file);
      moved(refName(event.stream), size, event.type === 'bytes' ? (event.rows ?? 0) : 0);
    }
  } finally {
    for (const sink of sinks.values()) await sink[Symbol.asyncDispose]();
  }
}
