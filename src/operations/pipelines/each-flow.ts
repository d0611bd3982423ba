/** Looks at every flow of a pipeline, without a run: each one fails alone, as it does in a run. */
import { z } from 'zod';
import { asHeadgateError } from '../../domain/error.ts';
import { createContext } from '../../engine/context.ts';
import type { Flow, Session } from '../../engine/flow.ts';
import { partitionBytes } from '../../engine/readers.ts';
import { outward, outwardError } from '../connections/outward.ts';
import { silent } from '../log.ts';
import type { OpContext } from '../operation.ts';
import { roomOf } from '../room.ts';
import { endsOf } from './ends.ts';
import { flowsOf, loadFlows } from './flows.ts';
import { requirePipeline } from './pipeline.ts';

export const failure = z.object({ code: z.string(), message: z.string(), hint: z.string() });

export interface Looking {
  readonly pipeline: string;
  /** It is stopped after them. */
  readonly seconds: number;
  /** For messages: `planning`. */
  readonly doing: string;
}

interface Looked<R> {
  readonly result: R | null;
  readonly error: z.input<typeof failure> | null;
}

/** Throws what stops all flows: `object.missing`, connections that cannot be opened. */
export async function eachFlow<R>(
  context: OpContext,
  { pipeline, seconds, doing }: Looking,
  look: (flow: Flow, session: Session) => Promise<R>,
): Promise<Looked<R>[]> {
  const row = await requirePipeline(context, pipeline);
  const ends = await endsOf(context, row);
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(seconds * 1000)]);
  const room = roomOf(context, context.workspace);
  await using scratch = await createContext({ ...room, signal, log: silent });
  const onProgress = (): void => undefined;
  const session: Session = { ...ends, ...room, parallel: 1, partitionBytes, signal, log: silent, onProgress };
  const looked: Looked<R>[] = [];
  const failed = (error: unknown): void => {
    const { code, message, hint } = asHeadgateError(outwardError(error), doing);
    if (code === 'internal.unexpected') throw error;
    looked.push({ result: null, error: outward({ code, message, hint }) });
  };
  for (const loaded of await loadFlows(context, row)) {
    const found = await flowsOf(loaded, ends, scratch, () => scratch.scratch).catch(failed);
    for (const { flow, source } of found ?? [])
      await look(flow, { ...session, source }).then((result) => looked.push({ result, error: null }), failed);
  }
  return looked;
}
